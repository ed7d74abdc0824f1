package secpaid

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"qrkiosk/kiosk"
)

// captures are what a forger may have seen on the wire of one link, all under its one key: notices
// that are genuine and say anything but "this link was paid in full". The last one is worse than
// real: keys are never used for two links.
func captures() (texts []string) {
	for _, change := range [][2]string{
		{`"Success"`, `"cancel"`},
		{`"Success"`, `"Failed"`},
		{`"Success"`, `"Pending"`},
		{`:12.5,`, `:12.4,`},
		{`:1,"data"`, `:0,"data"`},
		{`"usr-1"`, `"usr-2"`},
		{`"AB12 Café"`, `"AB12 ` + strings.Repeat("a stall with a long name ", 4) + `"`},
		{`99290`, `99291`},
	} {
		text := strings.Replace(genuine, change[0], change[1], 1)
		if strings.Contains(change[1], "long name") { // room for garbled blocks within a text
			text = strings.Replace(text, "Success", "Failed", 1)
		}
		texts = append(texts, text)
	}
	return texts
}

// capturedBlocks are the captures as the forger has them: encrypted, decoded.
func capturedBlocks(tb testing.TB) (list [][]byte) {
	tb.Helper()
	for _, text := range captures() {
		data, err := base64.StdEncoding.DecodeString(seal(text, testKey))
		if err != nil || strings.Contains(text, `"pay_id":99290,"note":"AB12 Café","amount":12.5,"user_id":"usr-1","status":"Success"`) && strings.HasPrefix(text, `{"ResponseCode":1`) {
			tb.Fatalf("captured %s, %v", text, err)
		}
		list = append(list, data)
	}
	return list
}

// believed tells whether our link takes the blocks for its payment.
func believed(data []byte) (kiosk.Notice, bool) {
	n := new(Client).ReadNotice("", envelope(base64.StdEncoding.EncodeToString(data)), testKey)
	return n, ourLink().Believes(n)
}

// forgeries is how many random changes are tried: a million where everything is to be run.
func forgeries() int {
	if os.Getenv("QRKIOSK_TEST_ALL") == "1" {
		return 1_000_000
	}
	return 50_000
}

// TestForge_random changes captured notices at random, a million times when everything is run:
// bits, bytes, blocks, lengths, and pieces of several notices in one.
func TestForge_random(t *testing.T) {
	list, random := capturedBlocks(t), rand.New(rand.NewPCG(3, 4))
	authentic := 0
	for n := range forgeries() {
		program := make([]byte, 3*(1+random.IntN(4)))
		for i := range program {
			program[i] = byte(random.Uint32())
		}
		data := forge(list, byte(n), program)
		notice, yes := believed(data)
		if yes {
			t.Fatalf("believed %+v after %x", notice, program)
		}
		if notice.Authentic {
			authentic++
		}
	}
	t.Logf("%d forgeries tried, %d of them well-formed, none believed", forgeries(), authentic)
}

// forge carries out a program of three bytes per step on one of the captured notices.
func forge(list [][]byte, start byte, program []byte) []byte {
	data := bytes.Clone(list[int(start)%len(list)])
	for ; len(program) >= 3 && len(data) >= 16; program = program[3:] {
		x, y := int(program[1]), int(program[2])
		at := (x<<8 | y) % len(data)
		block := func(b []byte, i int) []byte { i %= len(b) / 16; return b[16*i : 16*i+16] }
		other := list[y%len(list)]
		switch program[0] % 8 {
		case 0:
			data[at] ^= 1 << (program[0] >> 5)
		case 1:
			data[at] = byte(y)
		case 2: // two blocks change places
			a, b := block(data, x), block(data, y)
			keep := bytes.Clone(a)
			copy(a, b)
			copy(b, keep)
		case 3: // a block of another notice
			copy(block(data, x), block(other, x>>4))
		case 4: // the end of another notice
			cut := 16 * (x % (len(data)/16 + 1))
			data = append(data[:cut:cut], other[min(cut, len(other)):]...)
		case 5: // a block less
			i := 16 * (x % (len(data) / 16))
			data = append(data[:i:i], data[i+16:]...)
		case 6: // a block twice
			i := 16 * (x % (len(data) / 16))
			data = append(data[:i+16:i+16], data[i:]...)
		case 7: // what is known of the text, turned into what is wanted: the classic bit flip
			want := []byte("\"Success\"}}\x05\x05\x05\x05\x05")
			for i, c := range block(data, x) {
				block(data, x)[i] = c ^ want[i] ^ byte(y)
			}
		}
		if len(data) > 2*maxSealed {
			break
		}
	}
	return data
}

// TestForge_known turns the last block from Failed into Success, whose text the forger knows: the
// block before it breaks, and with it the account. So it does for amount and status words at every
// place of the text, and for every captured notice.
func TestForge_known(t *testing.T) {
	tried := 0
	for i, text := range captures() {
		data := capturedBlocks(t)[i]
		for at := 16; at+16 <= len(data); at++ {
			for _, want := range []string{`"Success"}}`, `success"}}` + "\x01", `:12.5,`, `1,"data":{`, "99290"} {
				forged := bytes.Clone(data)
				for j := range min(len(want), len(text)-at) {
					forged[at-16+j] ^= text[at+j] ^ want[j]
				}
				tried++
				if n, yes := believed(forged); yes && !bytes.Equal(forged, data) {
					t.Errorf("notice %d with %q at %d: believed %+v", i, want, at, n)
				}
			}
		}
	}
	if tried < 3000 {
		t.Errorf("only %d places tried", tried)
	}
}

// TestForge_base64 writes the same blocks in other ways: what is read is the same or nothing.
func TestForge_base64(t *testing.T) {
	for i, data := range capturedBlocks(t) {
		std := base64.StdEncoding.EncodeToString(data)
		for _, sealed := range []string{
			base64.URLEncoding.EncodeToString(data), strings.TrimRight(std, "="), std + "=", std + std,
			base64.StdEncoding.EncodeToString([]byte(std)), std[:len(std)/2] + "\r\n" + std[len(std)/2:], strings.ReplaceAll(std, "+", " "),
			strings.ToLower(std), "U2FsdGVkX1" + std, std + "AAAA", strings.Repeat("A", 16) + std, strings.Map(rot, std),
		} {
			if n := new(Client).ReadNotice("", envelope(sealed), testKey); ourLink().Believes(n) {
				t.Errorf("notice %d as %s: believed %+v", i, sealed, n)
			}
		}
	}
}

func rot(r rune) rune {
	if r >= 'a' && r <= 'y' {
		return r + 1
	}
	return r
}

// TestForge_oneBit flips every bit of a genuine notice of our own payment: what is left of it is
// believed in no case, although what it said was true.
func TestForge_oneBit(t *testing.T) {
	data, err := base64.StdEncoding.DecodeString(seal(genuine, testKey))
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(data) * 8 {
		changed := bytes.Clone(data)
		changed[bit/8] ^= 1 << (bit % 8)
		if n, yes := believed(changed); yes {
			t.Errorf("bit %d: believed %+v", bit, n)
		}
	}
	if _, yes := believed(data); !yes {
		t.Error("the notice itself is not believed")
	}
	for i := range 1000 {
		other := ourLink()
		other.PayID += int64(i) + 1
		if other.Believes(new(Client).ReadNotice("", sealed(genuine, testKey), strconv.Itoa(i)+testKey[len(strconv.Itoa(i)):])) {
			t.Errorf("replayed to link %d", other.PayID)
		}
	}
}

// FuzzForgedNotice lets the fuzzer write the forger's programs.
func FuzzForgedNotice(f *testing.F) {
	list := capturedBlocks(f)
	for i := range byte(8) {
		f.Add(i, []byte{i, 0, 17, 7, 5, 2, 4, 3, 1})
	}
	f.Fuzz(func(t *testing.T, start byte, program []byte) {
		if n, yes := believed(forge(list, start, program)); yes {
			t.Errorf("believed %+v", n)
		}
	})
}
