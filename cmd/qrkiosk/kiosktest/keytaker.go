package kiosktest

import (
	"context"
)

// FakeTaker takes the gateway's key from the office and notes it.
type FakeTaker struct {
	Account string
	Err     error
	Used    []string
}

// CheckKey names the account.
func (f *FakeTaker) CheckKey(context.Context, string) (string, error) { return f.Account, f.Err }

// UseKey notes the key.
func (f *FakeTaker) UseKey(key string) { f.Used = append(f.Used, key) }
