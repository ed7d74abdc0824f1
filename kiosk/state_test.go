package kiosk

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// letters are the two capitals by which the golden table names states.
var letters = map[State]string{
	Asking: "AS", Opening: "OP", Awaiting: "AW", Checking: "CK", Paid: "PD", Retiring: "RE",
	Cancelled: "CA", Lapsed: "LA", LinkRefused: "RF", Review: "RV", ClosedUnpaid: "RS",
	Refunding: "RG", Refunded: "RD",
}

const testTotal Money = 10

// player plays the words of the golden files against a sale.
type player struct {
	sale *Sale
}

func (p *player) charge(kind string) {
	p.sale = &Sale{ID: "S", Register: "R", Goods: testTotal, Strict: kind == "strict", Poll: kind == "poll", Waits: kind == "waits"}
	if kind == "tip" {
		p.sale.AsksTip = true
		return
	}
	p.sale.AddLink(&Link{ID: "L1"})
}

func (p *player) row(kind RowKind, amount Money, key string) Row {
	return Row{Key: key, Kind: kind, Amount: amount}
}

// step translates a word; link numbers stand behind a dot: "row=.2".
func (p *player) step(word string) Step {
	word, number, _ := strings.Cut(word, ".")
	link, _ := strconv.Atoi(number)
	st := Step{Kind: StepKind(word), Link: link, Actor: "x", At: 1, Reason: "because"}
	key := "pay" + strconv.Itoa(max(link, 1))
	switch word {
	case "tip":
		st.Next = &Link{ID: "L1"}
	case "given-up":
		st.Next = &Link{ID: "L2"}
	case "given-up!":
		st.Kind = StepGivenUp
	case "row=":
		st.Kind, st.Row = StepRow, p.row(RowPayment, testTotal, key)
	case "row<":
		st.Kind, st.Row = StepRow, p.row(RowPayment, testTotal-1, key)
	case "row>":
		st.Kind, st.Row = StepRow, p.row(RowPayment, testTotal+1, key)
	case "row2":
		st.Kind, st.Row = StepRow, p.row(RowPayment, testTotal, "second")
	case "withdrawn":
		st.Row.Key = key
	case "back-part":
		st.Kind, st.Row = StepRow, p.row(RowRefund, -5, "back-part")
	case "back-full":
		st.Kind, st.Row = StepRow, p.row(RowRefund, -max(p.sale.value(), testTotal-1), "back-full")
	case "dispute":
		st.Kind, st.Row = StepRow, p.row(RowDispute, 0, "dispute")
	case "unpaid":
		st.Count = 1 << 30
	case "refund":
		st.ID, st.Amount = fmt.Sprint("r", len(p.sale.Refunds)), p.sale.Received()-p.sale.Returned()
		if st.Amount == 0 {
			st.Amount = testTotal
		}
	case "refund-part":
		st.Kind, st.ID, st.Amount = StepRefund, fmt.Sprint("r", len(p.sale.Refunds)), 5
	}
	return st
}

func (p *player) play(word string) (Outcome, error) {
	if kind, ok := strings.CutPrefix(word, "charge"); ok {
		p.charge(strings.TrimPrefix(kind, "/"))
		return Outcome{Sale: p.sale, To: p.sale.State(), Changed: true}, nil
	}
	out, err := p.sale.Take(p.step(word))
	if err == nil {
		p.sale = out.Sale
	}
	return out, err
}

func goldenLines(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestSaleTake_goldenTable walks every situation × every step.
func TestSaleTake_goldenTable(t *testing.T) {
	lines := goldenLines(t, "states.txt")
	columns := strings.Fields(strings.TrimPrefix(lines[0], "columns:"))
	cells := 0
	for _, line := range lines[1:] {
		parts := strings.Split(line, " | ")
		state, _, _ := strings.Cut(parts[0], " ")
		want := strings.Fields(parts[2])
		if len(want) != len(columns) {
			t.Fatalf("%s: %d cells, want %d", parts[0], len(want), len(columns))
		}
		for i, word := range columns {
			if want[i] == "-" {
				continue
			}
			cells++
			checkCell(t, parts[0], state, parts[1], word, want[i])
		}
	}
	if len(lines)-1 != 38 || cells != 908 {
		t.Errorf("walked %d situations and %d cells", len(lines)-1, cells)
	}
}

func checkCell(t *testing.T, situation, state, made, word, want string) {
	t.Helper()
	p := &player{}
	for _, w := range strings.Fields(made) {
		if _, err := p.play(w); err != nil {
			t.Fatalf("%s: making it: %s: %v", situation, w, err)
		}
	}
	if got := letters[p.sale.State()]; got != state {
		t.Errorf("%s: made by %q it is %s", situation, made, got)
		return
	}
	before := p.sale
	out, err := p.play(word)
	if got := cellOf(before, out, err); got != want {
		t.Errorf("%s, %s: got %s, want %s (troubles %v)", situation, word, got, want, p.sale.OpenTroubles())
	}
}

func cellOf(before *Sale, out Outcome, err error) string {
	switch {
	case err != nil:
		return KeyOf(err)
	case !out.Changed:
		return "="
	case out.To == before.State():
		return "."
	}
	return letters[out.To]
}

// describe writes a sale as the histories do: "paid(confirmed,despite)*".
func describe(s *Sale) string {
	var notes []string
	switch s.State() {
	case Review:
		for _, t := range s.OpenTroubles() {
			notes = append(notes, t.String())
		}
		if s.BankPending() {
			notes = append(notes, "bank")
		}
	case ClosedUnpaid:
		return "review(settled)"
	case Paid:
		notes = paidNotes(s)
	case Checking, Retiring:
		if s.BankPending() {
			notes = append(notes, "bank")
		}
	}
	text := string(s.State())
	if len(notes) > 0 {
		text += "(" + strings.Join(notes, ",") + ")"
	}
	if s.Current() {
		text += "*"
	}
	return text
}

func paidNotes(s *Sale) []string {
	var notes []string
	if s.Confirmed() {
		notes = append(notes, "confirmed")
	}
	if s.Over() {
		notes = append(notes, "over")
	}
	if s.State() == Paid && (s.Cancel || s.Lapse) {
		notes = append(notes, "despite")
	}
	if r := s.Returned(); r > 0 {
		notes = append(notes, fmt.Sprintf("returned %d", int64(r)))
	}
	return notes
}

func TestSaleTake_histories(t *testing.T) {
	played := 0
	for _, line := range goldenLines(t, "histories.txt") {
		if !strings.HasPrefix(line, "   charge") {
			continue
		}
		played++
		p := &player{}
		for entry := range strings.SplitSeq(strings.TrimSpace(line), "; ") {
			word, want, _ := strings.Cut(entry, " → ")
			_, err := p.play(word)
			got := describe(p.sale)
			if err != nil {
				got = "refused " + KeyOf(err)
			}
			if got != want {
				t.Errorf("%s\n  after %s: %s, want %s", line, word, got, want)
			}
		}
	}
	if played != 41 {
		t.Errorf("played %d histories, want 41", played)
	}
}

// TestSaleTake_twoSales plays the histories of two sales on one register.
func TestSaleTake_twoSales(t *testing.T) {
	var counter map[string]*player
	lines := 0
	for _, line := range goldenLines(t, "histories.txt") {
		if strings.HasPrefix(line, "R") {
			counter = map[string]*player{"A": {}, "B": {}}
			continue
		}
		if !strings.HasPrefix(line, "   A:") && !strings.HasPrefix(line, "   B:") {
			continue
		}
		lines++
		entry, want, _ := strings.Cut(strings.TrimSpace(line), " → ")
		if got := playTwo(counter, entry); got != want {
			t.Errorf("%s: got %s, want %s", entry, got, want)
		}
	}
	if lines != 71 {
		t.Errorf("played %d lines, want 71", lines)
	}
}

func playTwo(counter map[string]*player, entry string) string {
	who, word, _ := strings.Cut(entry, ":")
	p := counter[who]
	if strings.HasPrefix(word, "charge") {
		for _, q := range counter {
			if q.sale != nil && q.sale.Current() {
				if err := q.sale.Yield(); err != nil {
					return "refused " + KeyOf(err)
				}
			}
		}
	}
	if _, err := p.play(word); err != nil {
		return "refused " + KeyOf(err)
	}
	return tell(counter)
}

func tell(counter map[string]*player) string {
	var states []string
	shows := "idle"
	for _, who := range []string{"A", "B"} {
		s := counter[who].sale
		if s == nil {
			continue
		}
		states = append(states, who+" "+describe(s))
		switch Shows(s, nil, s.PaidAt) {
		case ShowsMoment:
			shows = "moment"
		case ShowsCode:
			shows = "QR " + who
		case ShowsPaid:
			shows = "green " + who
		}
	}
	return strings.Join(states, ", ") + "; shows " + shows
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"", "0", "12,5", "1.234,56", "1,234", "1e3", "12€", " 12,50 ", "٥", "999999,99", "-5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMoney(text)
		if err != nil {
			return
		}
		if m <= 0 || m > MaxMoney {
			t.Fatalf("%q gives %d", text, m)
		}
		again, err := ParseDecimal(m.String())
		if err != nil || again != m {
			t.Fatalf("%q gives %s, read again as %v, %v", text, m, again, err)
		}
	})
}

func TestStates_allHaveLetters(t *testing.T) {
	for _, s := range States {
		if letters[s] == "" {
			t.Errorf("%s has no letters", s)
		}
	}
	if !slices.IsSorted([]int{len(States), len(letters)}) || len(States) != len(letters) {
		t.Errorf("%d states, %d letters", len(States), len(letters))
	}
}
