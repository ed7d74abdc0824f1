// Package reconcile is whatever is owed to the gateway or asked of it: it opens and retires links,
// takes webhooks, reads the gateway's lists and lets every sale learn what they say, looks for links
// that nobody knows, holds our days and payouts against the gateway's, and writes down what the
// journal ends with. It owns every errand, every call of the gateway and everything that runs in the
// background. It must never take an answer for more than it says: what could not be read, or was
// read too early, is no proof that nothing is there.
//
// [Reconciler] is the door. Behind it:
//
//	errands     what sales owe: links are opened, searched for and retired, refunds requested
//	notices     what is posted at the addresses of links, and where these lead
//	lists       the loop that reads the pay-in lists, account by account
//	looks       the errands that a reading answers
//	clocks      the steps that time alone demands
//	rows        what a row of a list is about
//	rounds      codes on show, census, audit and store, now and then
//	census      unpaid links against what the database knows
//	auditor     35 days of rows against ours, in a comparison for each account
//	payouts     what the gateway paid out, against our sums of its days
//
// # Decisions
//
// Each decision in three sentences: what, why, what would change it.
//
// A lapse waits for a list. A link that may be paid lapses only behind a reading of the pay-in list
// that began after its time was up and found nothing. That covers start, outage and slow webhooks
// with one rule instead of a timer for each. If the gateway cannot be read for long, the cashier's
// cancel is the way out, and if that proves too slow at real counters, a limit is added.
//
// A webhook address reads 32 odd deliveries. After that many deliveries that are no proof, further
// bodies are only counted and the lists decide, counted per delivery and not per different body. It
// bounds what an attacker can ask and needs no count of bodies on the hot path. A gateway that sends
// harmless odd events in numbers would change the number.
//
// Strays have errands, strangers are put aside. An attempt that was given up without a clear outcome
// is searched for by its own reference for a day, and every ten minutes a census of the unpaid links that
// begin with our letters, of today and yesterday, finds what no errand knows: after a restore of every
// day since. A link the database does not know is kept in quarantine and deleted by a person or by
// nobody, since only the gateway remembers why it was made.
//
// Readings overlap, and nothing is remembered between them. Every reading of the pay-in list begins
// behind the oldest link it asks about, frequent ones asking about young links alone, rare ones about
// all that are not at rest or ended in three days, and the nightly audit about 35 days page by page. A
// watermark could be lost or moved too far, and a row that is read twice is the same fact. Accounts
// with more than a few thousand payments a day would want one.
//
// A payment that vanished needs two witnesses. The audit withdraws a row only behind a list that was
// read to its end, and after the list of that one link does not hold it either; a list that lost more
// than twenty is not believed at all. Un-paying a sale by mistake costs more than being late. If the
// gateway ever says that it deleted a row, that word would replace the second look.
//
// Rows of others on the account are not ours to list. A pay-in without a link of ours is unmatched if
// its note is empty or begins with our letters; one with another note belongs to another system. A web
// shop on the same account would otherwise fill the list that people are to look at. Should a gateway
// garble notes, the rule has to go.
//
// A code may end at the gateway. Though codes are ordered without a cancel button, once a minute the
// list of unpaid links is asked whether those on show are still in it, and one that is in neither list
// twice counts as gone. No webhook tells of a cancel, and a register must not wait for a dead code. If
// the gateway sends a webhook for it one day, the look becomes rare.
//
// The journal is anchored outside of the database. The server writes down what each stream ends with,
// sealed with the key file, when a shift closes and every day; a database that does not hold what was
// anchored is treated as one that was brought back. A chain of hashes alone cannot show that its end
// was cut and written anew. A notary or another machine that takes the anchors would make the copying
// by hand needless.
//
// A restore is an event. It changes the epoch, ends every session and leaves a row that makes the next
// rounds look at the gateway for what happened since, however the database was exchanged. The gateway's
// book is the only other one there is. Nothing foreseeable changes this.
//
// One process reads the lists. Of several processes that share a store the one that holds the lead
// reads the pay-in list for all; errands are claimed by whoever is free. The gateway counts calls
// per account and one list serves everybody. If the budget itself has to be shared, it moves to the
// store in the same way.
//
// A payout status may change. Rows of the gateway are kept as first seen, except for the word about
// their payout, which follows the list through a step of its own. It decides nothing, and statements
// need it. Should more of a row prove to change, rows become versions.
//
// An unreadable row is not an answer. When the client meets a pay-in row it cannot read, the page
// is not taken as complete, so that no link is called unpaid because of it. The gateway's rows are
// outside our control and a wrong "unpaid" brings a code back that was paid. A list form that is
// read without doubt makes the rule moot.
//
// Payouts are held against sums of a day. What the gateway's list holds is added up by the gateway's
// own day in the transaction that stores a row, and a payout is compared with the sum of its day. Rows
// do not say which payout they are part of, and reading a month of sales for every look at the office
// would take seconds. A list that names the payout of each row would allow to match them one by one.
//
// Each account has a circuit, all share the budget. A gateway that fails for one account keeps nobody
// else from selling, while its limit of calls is per address too, so that where several accounts are
// busy each list is read so much less often. One stall's trouble must not be another's. A limit per
// account alone would give each a budget.
//
// On an owner's account only what begins with our letters is ours. Rows without a note are unmatched on
// the house's account alone. The owner's other business is nobody's in the office. An owner who wants to
// be told of lost notes would change it.
//
// A share of ours is kept beside the unmatched rows. What the house's account gets of a link that was
// made with a stall's account is stored with the sale's number and settled at once: it counts in no sum
// of sales and is part of what a payout is compared with. The sale has heard of its payment by the list
// of its own account. Commission that is to be a book of its own would become one.
//
// Silence of the second witness is no answer. A look whose list of used links could not be read comes again
// within ten seconds, however many looks there were: tries that died with their process made a payment that
// no row told of wait for five minutes. A list of pay-ins that names every payment would need no witness.
package reconcile
