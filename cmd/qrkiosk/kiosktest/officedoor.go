package kiosktest

import (
	"slices"
	"testing"

	"qrkiosk/kiosk"
)

// Sure returns a value to a test that ends with an error.
func Sure[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// LoginOf is the sign-in of a name.
func (b *Bureau) LoginOf(name string) string {
	b.T.Helper()
	all := Sure(b.Shop.Office.Users.All(b.T.Context()))(b.T)
	i := slices.IndexFunc(all, func(l kiosk.User) bool { return l.Name == name })
	if i < 0 {
		b.T.Fatalf("nobody is called %q", name)
	}
	return all[i].ID
}
