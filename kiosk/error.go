package kiosk

import (
	"errors"
	"fmt"
)

// FirstOf is the first error that is one.
func FirstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Code says what kind of failure an error is; one table in handlers turns it into an HTTP status.
type Code string

// The codes of [Error].
const (
	Invalid      Code = "invalid"      // the input cannot be accepted as it is
	NotFound     Code = "not-found"    // no such thing, or not for the one who asks
	Conflict     Code = "conflict"     // the state of things does not allow it
	Forbidden    Code = "forbidden"    // the caller is known and may not
	Unauthorized Code = "unauthorized" // the caller is not known
	Gone         Code = "gone"         // it was there once: an expired or used link or code
	TooMany      Code = "too-many"     // a limit on tries or calls; Error.Wait says how long
	Refused      Code = "refused"      // the gateway said no: surely nothing was done
	NotSent      Code = "not-sent"     // the call never left this machine: surely nothing was done
	Unclear      Code = "unclear"      // the gateway's answer does not tell whether it was done
	Unavailable  Code = "unavailable"  // ours: the store is full, locked or away; try again
	Internal     Code = "internal"     // a defect; logged whole, shown as one fixed sentence
)

// Error is the only error whose words reach people: Key names the sentence in the catalogue of
// words, Amounts and Args fill its gaps, Field names the form field at fault.
type Error struct {
	Code    Code
	Key     string
	Field   string
	Amounts []Money
	Args    []string
	Wait    int64 // milliseconds until another try makes sense, for TooMany
	Err     error // what lies beneath, for the log only
}

func (e *Error) Error() string {
	text := string(e.Code) + ": " + e.Key
	if e.Err != nil {
		text = fmt.Sprintf("%s: %v", text, e.Err)
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first [*Error] in the chain of err, [Internal] for any other
// error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// KeyOf returns the message key of the first [*Error] in the chain of err, [KeyInternal] for any
// other error and "" for nil.
func KeyOf(err error) string {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) && e.Key != "" {
		return e.Key
	}
	return KeyInternal
}

// The keys of messages that are not reasons of the state table; those are in reason.go.
const (
	KeyInternal        = "internal"
	KeyAmountMissing   = "amount-missing"
	KeyAmountZero      = "amount-zero"
	KeyAmountNotNumber = "amount-not-number"
	KeyAmountDecimals  = "amount-decimals"
	KeyAmountAmbiguous = "amount-ambiguous"
	KeyAmountPlain     = "amount-plain"
	KeyAmountTooLarge  = "amount-too-large"
)

// AsError finds an error of ours in a chain.
func AsError(err error, e **Error) bool { return errors.As(err, e) }

// The keys of messages about places, people and devices.
const (
	KeyNoSuchSale    = "no-such-sale"
	KeyNoSuchReport  = "no-such-report"
	KeyManagerNeeded = "manager-needed"
	KeyReasonMissing = "reason-missing"
)
