package secpaid

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"qrkiosk/kiosk"
)

// seal encrypts as the gateway does, written from the description and not from decrypt.
func seal(text, key string) string {
	pad := 16 - len(text)%16
	return sealBlocks(append([]byte(text), bytes.Repeat([]byte{byte(pad)}, pad)...), key)
}

// sealBlocks encrypts whole blocks, whatever their padding.
func sealBlocks(blocks []byte, key string) string {
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		panic(err)
	}
	out := make([]byte, len(blocks))
	cipher.NewCBCEncrypter(block, []byte(key)[:16]).CryptBlocks(out, blocks)
	return base64.StdEncoding.EncodeToString(out)
}

// sealed is a webhook body of form D.
func sealed(text, key string) []byte { return envelope(seal(text, key)) }

func envelope(data string) []byte {
	body, err := json.Marshal(map[string]string{"data": data})
	if err != nil {
		panic(err)
	}
	return body
}

func asError(err error, target **kiosk.Error) bool { return errors.As(err, target) }

const genuine = `{"ResponseCode":1,"data":{"pay_id":99290,"note":"AB12 Café","amount":12.5,"user_id":"usr-1","status":"Success"}}`

func ourLink() *kiosk.Link {
	return &kiosk.Link{Live: true, PayID: 99290, Amount: 1250, AccountNumber: "usr-1"}
}

func TestReadNotice_genuine(t *testing.T) {
	n := new(Client).ReadNotice("application/json", sealed(genuine, testKey), testKey)
	want := kiosk.Notice{
		Authentic: true, PayID: 99290, Amount: 1250, HasAmount: true, AccountNumber: "usr-1", Status: kiosk.NoticeSuccess,
	}
	if n != want || !ourLink().Believes(n) {
		t.Errorf("read %+v, want %+v", n, want)
	}
}

// TestReadNotice_bodies are B063 to B083 as far as they concern the reader. A flaw given alone
// means that nothing of the content may be reported.
func TestReadNotice_bodies(t *testing.T) {
	base := seal(genuine, testKey)
	deep := strings.Repeat(`{"data":`, 100_000) + "1" + strings.Repeat("}", 100_000)
	wide := `{"data":{` + strings.Repeat(`"k":1,`, 100) + `"x":1}}`
	many := `{"ResponseCode":1`
	for i := range 5000 {
		many += fmt.Sprintf(`,"k%d":1`, i)
	}
	cases := []struct{ name, body, flaw string }{
		{"B063 empty", "", "empty"},
		{"B063 blanks", " \r\n\t", "empty"},
		{"B064 too long", strings.Repeat("a", 64<<10+1), "too-long"},
		{"B069 not JSON", "{hello", "unreadable"},
		{"B069 cut", genuine[:50], "unreadable"},
		{"B069 trailing", genuine + "x", "unreadable"},
		{"B069 two documents", genuine + genuine, "unreadable"},
		{"B069 plain text", "hello", "unreadable"},
		{"B069 array", "[1]", "unreadable"},
		{"B069 bad UTF-8", "{\"data\":{\"pay_id\":1,\"note\":\"\xff\"}}", "unreadable"},
		{"B070 double name", `{"data":{"pay_id":1,"pay_id":2}}`, "unreadable"},
		{"B070 double but for case", `{"data":{"status":"cancel","Status":"success"}}`, "unreadable"},
		{"B070 double data", `{"data":{},"Data":{}}`, "unreadable"},
		{"B070 double in a form", "data[status]=a&data[Status]=b", "unreadable"},
		{"B070 both forms at once", `{"data":{"pay_id":1},"data[pay_id]":2}`, "unreadable"},
		{"B071 deep", deep[:60<<10], "unreadable"},
		{"B071 deep and whole", strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000), "unreadable"},
		{"B071 wide and double", wide, "unreadable"},
		{"B071 many names", many + "}", "unreadable"},
		{"B076 15 bytes", string(envelope(base64.StdEncoding.EncodeToString(make([]byte, 15)))), "blocks"},
		{"B076 17 bytes", string(envelope(base64.StdEncoding.EncodeToString(make([]byte, 17)))), "blocks"},
		{"B076 nothing", `{"data":""}`, "blocks"},
		{"B076 more than 4 KiB", string(envelope(base64.StdEncoding.EncodeToString(make([]byte, 4096+16)))), "blocks"},
		{"B076 far more", string(envelope(strings.Repeat("A", 9000))), "base64"},
		{"B077 padding 0", string(envelope(sealBlocks(padWith(genuine, 0), testKey))), "padding"},
		{"B077 padding 17", string(envelope(sealBlocks(padWith(genuine, 17), testKey))), "padding"},
		{"B077 padding 16, wrong tail", string(envelope(sealBlocks(append([]byte(pad(genuine)),
			append(bytes.Repeat([]byte{15}, 15), 16)...), testKey))), "padding"},
		{"B078 URL alphabet", string(envelope("-_" + base[2:])), "base64"},
		{"B078 salt header", string(envelope(base64.StdEncoding.EncodeToString(
			append([]byte("Salted__12345678"), make([]byte, 32)...)))), "padding"},
		{"B078 three padding signs", string(envelope(base + "===")), "base64"},
		{"decrypts to text", string(sealed("hello", testKey)), "json"},
		{"decrypts to two values", string(sealed(genuine+genuine, testKey)), "json"},
		{"decrypts to a cut value", string(sealed(genuine[:60], testKey)), "json"},
		{"decrypts to form B", string(sealed(`{"ResponseCode":1,"data[pay_id]":99290,"data[status]":"Success"}`, testKey)), "json"},
		{"decrypts to form C", string(sealed("data[pay_id]=99290&data[status]=Success", testKey)), "json"},
		{"decrypts to a cipher", string(sealed(string(envelope(base)), testKey)), "json"},
		{"decrypts to double names", string(sealed(`{"data":{"pay_id":99290,"PAY_ID":1}}`, testKey)), "json"},
		{"decrypts to something deep", string(sealed(`{"data":{"a":{"b":{"c":{}}}}}`, testKey)), "json"},
		{"decrypts to bad UTF-8", string(sealed("{\"data\":{\"note\":\"\xff\"}}", testKey)), "json"},
		{"decrypts to empty data", string(sealed(`{"data":{}}`, testKey)), "json"},
		{"other key", string(sealed(genuine, strings.Repeat("k", 32))), "padding"},
	}
	for _, c := range cases {
		want := kiosk.Notice{Status: kiosk.NoticeOther, Flaw: c.flaw}
		if got := new(Client).ReadNotice("application/json", []byte(c.body), testKey); got != want {
			t.Errorf("%s: read %+v, want %+v", c.name, got, want)
		}
	}
}

func pad(text string) string {
	n := 16 - len(text)%16
	return text + strings.Repeat(string(rune(n)), n)
}

// padWith fills the last block with one wrong byte.
func padWith(text string, b byte) []byte {
	n := 16 - len(text)%16
	return append([]byte(text), bytes.Repeat([]byte{b}, n)...)
}

// TestReadNotice_base64 is the tolerant part of B078, and what a form does to a plus sign.
func TestReadNotice_base64(t *testing.T) {
	base := seal(genuine, testKey)
	for i := 0; !strings.Contains(base, "+") || !strings.HasSuffix(base, "="); i++ {
		base = seal(fmt.Sprintf(`%s%*s`, genuine, i, ""), testKey)
	}
	bodies := map[string][]byte{
		"as it is":    envelope(base),
		"no padding":  envelope(strings.TrimRight(base, "=")),
		"blanks":      envelope(strings.ReplaceAll(base, "+", " ")),
		"line breaks": envelope(base[:40] + "\r\n" + base[40:80] + "\n" + base[80:]),
		"in a form":   []byte("data=" + base),
		"multipart":   []byte("--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n" + base + "\r\n--b--\r\n"),
	}
	for name, body := range bodies {
		if n := new(Client).ReadNotice("multipart/form-data; boundary=b", body, testKey); !ourLink().Believes(n) {
			t.Errorf("%s: read %+v", name, n)
		}
	}
}

// TestReadNotice_forms: what only looks like a form of a notice is none.
func TestReadNotice_forms(t *testing.T) {
	part := func(name, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	many := ""
	for i := range 100 {
		many += part(fmt.Sprintf("k%d", i), "x")
	}
	const ct = "multipart/form-data; boundary=b"
	for body, flaw := range map[string]string{
		part("data[pay_id]", "7") + "--b--":                             "plain",
		part("data[pay_id]", "7"):                                       "unreadable",
		part("data[pay_id]", "7") + part("Data[pay_id]", "8") + "--b--": "unreadable",
		part("hello", "7") + "--b--":                                    "unreadable",
		many + "--b--":                                                  "unreadable",
		strings.Repeat("a=b&", 70) + "data[pay_id]=7":                   "unreadable",
		"data[pay_id]=7;data[status]=Success":                           "unreadable",
		"data[pay_id]=%zz":                                              "unreadable",
		"data[pay_id]=7&note=%ff":                                       "unreadable",
		"data[pay_id]=7\xff":                                            "unreadable",
		"data[pay_id]=7&data=x":                                         "unreadable",
		"data[pay_id]=7":                                                "plain",
		"ResponseCode=1":                                                "plain",
		"data[note]=" + url.QueryEscape("<b>&</b>") + "&data%5Bpay_id%5D=7": "plain",
	} {
		n := new(Client).ReadNotice(ct, []byte(body), testKey)
		if n.Flaw != flaw || n.Authentic || flaw == "unreadable" && n.PayID != 0 {
			t.Errorf("%q: read %+v, want flaw %s", body, n, flaw)
		}
	}
}

// TestReadNotice_fields is B072, B073, B075, B082: single fields of an authentic notice.
func TestReadNotice_fields(t *testing.T) {
	cases := []struct {
		name, field, value string
		believed           bool
	}{
		{"as it is", "amount", `12.5`, true},
		{"as text", "amount", `"12.50"`, true},
		{"with zeros", "amount", `12.500`, true},
		{"B072 float", "amount", `12.500000001`, false},
		{"B072 negative", "amount", `-12.5`, false},
		{"B072 exponent", "amount", `1e400`, false},
		{"B072 small exponent", "amount", `1.25e1`, false},
		{"B072 comma", "amount", `"12,50"`, false},
		{"less", "amount", `12.49`, false},
		{"more", "amount", `12.51`, false},
		{"no amount", "amount", `null`, false},
		{"capitals", "status", `"SUCCESS"`, true},
		{"B073 unknown word", "status", `"Successful"`, false},
		{"B073 blank in front", "status", `" Success"`, false},
		{"B073 empty", "status", `""`, false},
		{"B073 long s", "status", `"ſucceſſ"`, false},
		{"cancel", "status", `"cancel"`, false},
		{"failed", "status", `"Failed"`, false},
		{"id as text", "pay_id", `"99290"`, true},
		{"B075 other link", "pay_id", `99291`, false},
		{"B082 path", "pay_id", `"../99290"`, false},
		{"B082 long", "pay_id", `"` + strings.Repeat("9", 2000) + `"`, false},
		{"id with a fraction", "pay_id", `99290.0`, false},
		{"id with a sign", "pay_id", `"+99290"`, false},
		{"id with a zero", "pay_id", `"099290"`, false},
		{"other account", "user_id", `"usr-2"`, false},
		{"no account", "user_id", `null`, false},
		{"long account", "user_id", `"` + strings.Repeat("u", 101) + `"`, false},
	}
	for _, c := range cases {
		fields := map[string]string{"pay_id": `99290`, "amount": `12.5`, "user_id": `"usr-1"`, "status": `"Success"`}
		fields[c.field] = c.value
		text := fmt.Sprintf(`{"ResponseCode":1,"data":{"pay_id":%s,"amount":%s,"user_id":%s,"status":%s}}`,
			fields["pay_id"], fields["amount"], fields["user_id"], fields["status"])
		n := new(Client).ReadNotice("", sealed(text, testKey), testKey)
		if !n.Authentic || ourLink().Believes(n) != c.believed {
			t.Errorf("%s: read %+v, want believed %v", c.name, n, c.believed)
		}
	}
	for _, code := range []string{`0`, `"0"`, `2`, `"yes"`} {
		text := strings.Replace(genuine, `"ResponseCode":1`, `"ResponseCode":`+code, 1)
		if n := new(Client).ReadNotice("", sealed(text, testKey), testKey); n.Status != kiosk.NoticeOther {
			t.Errorf("with code %s status is %q", code, n.Status)
		}
	}
}

// TestReadNotice_keys: without a key of the right length nothing is authentic.
func TestReadNotice_keys(t *testing.T) {
	for key, flaw := range map[string]string{"": "unordered", "short": "key", testKey + "x": "key"} {
		want := kiosk.Notice{Status: kiosk.NoticeOther, Flaw: flaw}
		if got := new(Client).ReadNotice("", sealed(genuine, testKey), key); got != want {
			t.Errorf("key of %d characters: read %+v", len(key), got)
		}
	}
}

// TestReadNotice_replay: of twenty links with twenty notices only each one's own is believed.
func TestReadNotice_replay(t *testing.T) {
	key := func(i int) string { return fmt.Sprintf("%032d", i) }
	for i := range 20 {
		body := sealed(strings.Replace(genuine, "99290", fmt.Sprint(99000+i), 1), key(i))
		for j := range 20 {
			link := ourLink()
			link.PayID = int64(99000 + j)
			if got := link.Believes(new(Client).ReadNotice("", body, key(j))); got != (i == j) {
				t.Errorf("notice %d at link %d believed %v", i, j, got)
			}
		}
	}
}

// TestFault_F29_mutatedBodies changes a genuine cancel of our link in every way a forger has
// without the key: no bit flipped, no block moved makes it a success.
func TestFault_F29_mutatedBodies(t *testing.T) {
	text := strings.Replace(genuine, "Success", "cancel", 1)
	data, err := base64.StdEncoding.DecodeString(seal(text, testKey))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func(changed []byte) {
		tried++
		n := new(Client).ReadNotice("", envelope(base64.StdEncoding.EncodeToString(changed)), testKey)
		if ourLink().Believes(n) {
			t.Fatalf("believed %+v", n)
		}
	}
	for bit := range len(data) * 8 {
		changed := bytes.Clone(data)
		changed[bit/8] ^= 1 << (bit % 8)
		try(changed)
	}
	blocks := len(data) / 16
	for i := range blocks {
		for j := range blocks {
			changed := bytes.Clone(data)
			copy(changed[16*i:16*i+16], data[16*j:16*j+16])
			try(changed)
			try(append(bytes.Clone(data[:16*i]), data[16*j:]...))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		changed := bytes.Clone(data)
		for range 1 + random.IntN(4) {
			changed[random.IntN(len(changed))] = byte(random.Uint32())
		}
		try(changed)
	}
	if tried < 11_000 {
		t.Errorf("only %d mutations tried", tried)
	}
}

// oracle answers a forger's question about a two-block message with yes or no.
type oracle func(data []byte) bool

// crack is the classic padding-oracle attack: it finds what a block decrypts to before the XOR,
// or gives up when the oracle tells nothing.
func crack(target []byte, ask oracle) (inner [16]byte, ok bool) {
	for pos := 15; pos >= 0; pos-- {
		want, hit := byte(16-pos), -1
		for guess := range 256 {
			front := make([]byte, 16)
			for k := pos + 1; k < 16; k++ {
				front[k] = inner[k] ^ want
			}
			front[pos] = byte(guess)
			if ask(append(front, target...)) && !accident(front, target, pos, ask) {
				hit = guess
				break
			}
		}
		if hit < 0 {
			return inner, false
		}
		inner[pos] = byte(hit) ^ want
	}
	return inner, true
}

// accident tells a padding of two or more bytes, hit by chance at the last position, from one.
func accident(front, target []byte, pos int, ask oracle) bool {
	if pos != 15 {
		return false
	}
	other := bytes.Clone(front)
	other[14] ^= 1
	return !ask(append(other, target...))
}

// TestFault_F30_paddingOracle runs the attack that recovers half of the key, which this wire
// invites by its constant IV. With the log's word as an oracle it succeeds, so the attack is
// sound; with everything else a notice holds it learns nothing, because every forged body reads
// exactly alike.
func TestFault_F30_paddingOracle(t *testing.T) {
	captured, err := base64.StdEncoding.DecodeString(seal(genuine, testKey))
	if err != nil {
		t.Fatal(err)
	}
	first := captured[:16]
	readAs := func(data []byte) kiosk.Notice {
		return new(Client).ReadNotice("", envelope(base64.StdEncoding.EncodeToString(data)), testKey)
	}
	inner, ok := crack(first, func(data []byte) bool { return readAs(data).Flaw != flawPadding })
	for i := range inner {
		inner[i] ^= genuine[i]
	}
	if !ok || string(inner[:]) != testKey[:16] {
		t.Fatalf("the attack itself does not work: %v, %q", ok, inner)
	}

	asked, views := 0, map[kiosk.Notice]int{}
	_, ok = crack(first, func(data []byte) bool {
		n := readAs(data)
		n.Flaw = ""
		views[n]++
		asked++
		return n != kiosk.Notice{Status: kiosk.NoticeOther}
	})
	if ok || len(views) != 1 || asked != 256 {
		t.Errorf("after %d questions the forger has seen %d different answers, success %v", asked, len(views), ok)
	}
}

func TestUnpad(t *testing.T) {
	for n := range 256 {
		for right := range 18 {
			text := bytes.Repeat([]byte{0xEE}, 32)
			for i := range right {
				text[31-i] = byte(n)
			}
			wantOK := n >= 1 && n <= 16 && right >= n
			length, ok := unpad(text)
			wantLength := 32
			if wantOK {
				wantLength = 32 - n
			}
			if (ok == 1) != wantOK || length != wantLength {
				t.Fatalf("pad byte %d standing %d times: length %d, ok %d", n, right, length, ok)
			}
		}
	}
}
