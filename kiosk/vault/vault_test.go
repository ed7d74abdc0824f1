package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"golang.org/x/crypto/argon2"

	"qrkiosk/kiosk"
)

var cheap = WithCost(Cost{KiB: 64, Passes: 1, Lanes: 1})

func newVault(t testing.TB, fill byte) *Vault {
	t.Helper()
	v, err := New(bytes.Repeat([]byte{fill}, KeySize), cheap)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPIN(t *testing.T) {
	v, ctx := newVault(t, 1), context.Background()
	first, err := v.HashPIN("482913")
	if err != nil {
		t.Fatal(err)
	}
	second, err := v.HashPIN("482913")
	if err != nil || first == second {
		t.Fatalf("two hashes of one PIN are alike, or %v", err)
	}
	for _, c := range []struct {
		hash, pin string
		want      bool
	}{
		{first, "482913", true},
		{second, "482913", true},
		{first, "482914", false},
		{first, "", false},
		{first, "482913 ", false},
		{"", "482913", false},
		{"", "", false},
	} {
		if got, err := v.CheckPIN(ctx, c.hash, c.pin); got != c.want || err != nil {
			t.Errorf("CheckPIN(%q, %q) = %v, %v", c.hash, c.pin, got, err)
		}
	}
}

func TestPIN_needsThePepper(t *testing.T) {
	hash, err := newVault(t, 1).HashPIN("482913")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := newVault(t, 2).CheckPIN(context.Background(), hash, "482913"); ok || err != nil {
		t.Errorf("with another key file the PIN is %v, %v", ok, err)
	}
	h, err := parseHash(hash)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(h.sum, argon2.IDKey([]byte("482913"), h.salt, 1, 64, 1, sumSize)) {
		t.Error("the hash is that of the bare PIN")
	}
}

func TestPIN_costIsStored(t *testing.T) {
	v := newVault(t, 1)
	hash, err := v.HashPIN("1234")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1,keyid=1$") {
		t.Fatalf("hash %q, %v", hash, err)
	}
	dearer, err := New(bytes.Repeat([]byte{1}, KeySize), WithCost(Cost{KiB: 128, Passes: 2, Lanes: 2}))
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := dearer.CheckPIN(context.Background(), hash, "1234"); !ok || err != nil {
		t.Errorf("a hash of before: %v, %v", ok, err)
	}
	usual, err := New(bytes.Repeat([]byte{1}, KeySize))
	if err != nil || usual.cost.KiB < 19*1024 || usual.cost.Passes < 2 || usual.cost.Lanes < 1 {
		t.Errorf("the usual cost is %+v, %v", usual.cost, err)
	}
}

func TestPIN_oddHash(t *testing.T) {
	v := newVault(t, 1)
	good, err := v.HashPIN("1234")
	if err != nil {
		t.Fatal(err)
	}
	for _, odd := range []string{
		"x", "1234", good + "A", good[1:], strings.Replace(good, "m=64", "m=064", 1), strings.Replace(good, "m=64", "m=4194304", 1),
		strings.Replace(good, "t=1", "t=0", 1), strings.Replace(good, "p=1", "p=257", 1), strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "keyid=1", "keyid=2", 1), strings.Repeat("$", 5), good[:len(good)-1],
	} {
		ok, err := v.CheckPIN(context.Background(), odd, "1234")
		if ok || kiosk.CodeOf(err) != kiosk.Internal || kiosk.KeyOf(err) != KeyHash {
			t.Errorf("CheckPIN(%q) = %v, %v", odd, ok, err)
		}
	}
}

func TestPIN_queueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVault(t, 1)
		hash, err := v.HashPIN("1234")
		if err != nil {
			t.Fatal(err)
		}
		cores := runtime.GOMAXPROCS(0)
		for range cores { // everybody who works is held up
			v.working <- struct{}{}
			v.waiting <- struct{}{}
		}
		ctx, cancel := context.WithCancel(context.Background())
		results := make(chan error, 2*cores)
		for i := range 2 * cores {
			c := context.Background()
			if i == 0 {
				c = ctx
			}
			go func() {
				ok, err := v.CheckPIN(c, hash, "1234")
				if err == nil && !ok {
					err = errors.New("wrong")
				}
				results <- err
			}()
		}
		synctest.Wait()
		_, err = v.CheckPIN(context.Background(), hash, "1234")
		var e *kiosk.Error
		if !errors.As(err, &e) || e.Code != kiosk.TooMany || e.Wait <= 0 {
			t.Errorf("one more than may wait: %v", err)
		}
		cancel()
		if err := <-results; kiosk.CodeOf(err) != kiosk.Unavailable || !errors.Is(err, context.Canceled) {
			t.Errorf("who gives up waiting: %v", err)
		}
		for range cores {
			<-v.working
			<-v.waiting
		}
		for range 2*cores - 1 {
			if err := <-results; err != nil {
				t.Errorf("who waited: %v", err)
			}
		}
		if len(v.working) != 0 || len(v.waiting) != 0 {
			t.Errorf("%d places of work and %d in the queue are still taken", len(v.working), len(v.waiting))
		}
	})
}

func TestSeal(t *testing.T) {
	v := newVault(t, 1)
	for _, plain := range [][]byte{nil, {0}, []byte("token and key"), bytes.Repeat([]byte{7}, 5000)} {
		sealed, err := v.Seal(plain, "link 7")
		if err != nil || sealed[0] != sealedGCM {
			t.Fatal(sealed, err)
		}
		again, err := v.Seal(plain, "link 7")
		if err != nil || bytes.Equal(sealed, again) {
			t.Error("sealing twice gives the same bytes")
		}
		if got, err := v.Open(sealed, "link 7"); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("opened %q, %v", got, err)
		}
	}
}

func TestOpen_refuses(t *testing.T) {
	v := newVault(t, 1)
	sealed, err := v.Seal([]byte("secret"), "link 7")
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, v *Vault, sealed []byte, context string) {
		t.Helper()
		plain, err := v.Open(sealed, context)
		if plain != nil || kiosk.CodeOf(err) != kiosk.Internal || kiosk.KeyOf(err) != KeySealed {
			t.Errorf("%s: %q, %v", what, plain, err)
		}
	}
	for i := range sealed {
		altered := bytes.Clone(sealed)
		altered[i] ^= 1
		refused(fmt.Sprintf("byte %d altered", i), v, altered, "link 7")
		refused(fmt.Sprintf("cut to %d bytes", i), v, sealed[:i], "link 7")
	}
	refused("another context", v, sealed, "link 8")
	refused("another key", newVault(t, 2), sealed, "link 7")
}

func TestNew_refuses(t *testing.T) {
	for _, size := range []int{0, 31, 33} {
		if _, err := New(make([]byte, size)); kiosk.CodeOf(err) != kiosk.Invalid {
			t.Errorf("a key of %d bytes: %v", size, err)
		}
	}
	if _, err := New(make([]byte, KeySize), WithCost(Cost{})); err == nil {
		t.Error("hashing for nothing was accepted")
	}
}

func TestVault_printsNoKey(t *testing.T) {
	v := newVault(t, 0xab)
	for _, text := range []string{fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), v.String()} {
		if text != "vault" {
			t.Errorf("printed as %q", text)
		}
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	first, err := Load(path, cheap)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	sealed, err := first.Seal([]byte("x"), "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := Load(path, cheap)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.Open(sealed, ""); err != nil {
		t.Errorf("the file gives another key the second time: %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("beside the key lies %v, %v", left, err)
	}
}

func TestLoad_refuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if _, err := Load(good, cheap); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		text string
		mode fs.FileMode
		key  string
	}{
		{"group may read", string(text), 0o640, KeyShared},
		{"others may read", string(text), 0o604, KeyShared},
		{"group may write", string(text), 0o620, KeyShared},
		{"empty", "", 0o600, KeyContent},
		{"cut", string(text[:len(text)-5]), 0o600, KeyContent},
		{"two lines", string(text) + "\n", 0o600, KeyContent},
		{"no mark", "AAAA", 0o600, KeyContent},
		{"huge", strings.Repeat("A", 100_000), 0o600, KeyContent},
	} {
		path := filepath.Join(dir, c.name)
		if err := errors.Join(os.WriteFile(path, []byte(c.text), 0o600), os.Chmod(path, c.mode)); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path, cheap)
		var e *kiosk.Error
		if !errors.As(err, &e) || e.Key != c.key || len(e.Args) != 1 || e.Args[0] != path {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := Load(dir, cheap); err == nil {
		t.Error("a folder was taken for a key file")
	}
	if _, err := Load(filepath.Join(dir, "no", "key"), cheap); kiosk.KeyOf(err) != KeyFile {
		t.Errorf("in a folder that is missing: %v", err)
	}
}

func TestLoad_manyAtOnceGetOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	vaults := make([]*Vault, 8)
	var all sync.WaitGroup
	for i := range vaults {
		all.Go(func() {
			v, err := Load(path, cheap)
			if err != nil {
				t.Error(err)
			}
			vaults[i] = v
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	sealed, err := vaults[0].Seal([]byte("x"), "")
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range vaults {
		if _, err := v.Open(sealed, ""); err != nil {
			t.Errorf("vault %d has another key", i)
		}
	}
}

func FuzzParseHash(f *testing.F) {
	h := newDecoy(usualCost)
	f.Add(h.String())
	f.Add("$argon2id$v=19$m=64,t=1,p=1,keyid=1$AAAA$AAAA")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHash(text)
		if err == nil && (h.String() != text || !h.cost.sane()) {
			t.Errorf("%q was read as %+v", text, h)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add(keyMark + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
	f.Add(keyMark + "=")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := parseKey(text)
		if (err == nil) != (len(key) == KeySize) {
			t.Errorf("%q: %d bytes, %v", text, len(key), err)
		}
	})
}

func FuzzOpen(f *testing.F) {
	v := newVault(f, 1)
	sealed, err := v.Seal([]byte("secret"), "c")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte{sealedGCM})
	f.Fuzz(func(t *testing.T, text []byte) {
		if plain, err := v.Open(text, "c"); err == nil && !bytes.Equal(plain, []byte("secret")) {
			t.Errorf("opened %q", plain)
		}
	})
}

func BenchmarkCheckPIN(b *testing.B) {
	v, err := New(make([]byte, KeySize))
	if err != nil {
		b.Fatal(err)
	}
	hash, err := v.HashPIN("482913")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ok, err := v.CheckPIN(b.Context(), hash, "482913"); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
