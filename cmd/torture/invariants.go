//go:build unix

package main

import "strings"

// invariants are what the checker holds, with the letters and numbers under which reports and tests
// name them.
var invariants = map[string]string{
	"I1":  "a good payment at the gateway stands in our rows exactly once, to the cent",
	"I2":  "nothing is paid, and no screen green, without the money at the gateway",
	"I3":  "a webhook that was answered with 2xx is in the inbox, whatever crashed",
	"I4":  "takings and totals equal the sums of the events, and payments those of the gateway",
	"I5":  "a display shows sales of its own register, and its versions never fall within an epoch",
	"I6":  "of a sale at most one link is on show and can be paid; a create is never repeated",
	"I7":  "no link of ours can be paid at the gateway unless an open sale knows it",
	"I8":  "the same facts again, in any order, change nothing",
	"I9":  "no more goes back than came, and one request makes one refund",
	"I11": "nothing hangs: in the end every sale is at rest, and no answer was one that nobody can act on",
	"I12": "every change of a sale was made by somebody who may",
	"I13": "no key, PIN or address of a webhook stands in a log",
	"I14": "the journal is whole, and an altered event would be found",
	"I16": "one command has one effect, and what a till was told is stored is stored",
	"I18": "money is whole cents wherever it is stored",
}

// elsewhere says which tests hold the other invariants. They cannot be seen from here: that a display
// without news shows neither code nor green (I10), that memory comes back after an attack (I15), that
// a restored database finds all payments again (I17), and that no lock or transaction is held while
// the network is asked (I19).
var elsewhere = map[string]string{
	"I10": "TestFault_F68_halfOpen", "I15": "make flood", "I17": "TestFault_F50_restore", "I19": "TestVirtual_nothingIsHeldOverACall",
}

// invariantOf finds the invariant that a problem begins with. One that begins with none is an answer
// that left somebody at the counter without help.
func invariantOf(problem string) string {
	if first, _, ok := strings.Cut(problem, ":"); ok && invariants[first] != "" {
		return first
	}
	return "I11"
}
