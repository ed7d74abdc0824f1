package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

func TestMemory_onlyForTheSameText(t *testing.T) {
	m := newMemory()
	for range 2 {
		for _, text := range []string{`{"ID":"a","Goods":1}`, `{"ID":"a","Goods":2}`, `{"ID":"a", "Goods":1}`} {
			var want kiosk.Sale
			if err := json.Unmarshal([]byte(text), &want); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				got, err := m.read("a", []byte(text))
				if err != nil || got.Goods != want.Goods {
					t.Fatalf("%s is read as %+v, %v", text, got, err)
				}
			}
		}
	}
	if _, err := m.read("a", []byte(`{`)); err == nil {
		t.Error("half a text was read")
	}
}

// TestSale_isTheCallersOwn changes what was read and what was stored, in a view and in a Tx.
func TestSale_isTheCallersOwn(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		s := h.sale(reg)
		h.put(s)
		want := s.Clone()
		spoil := func(s *kiosk.Sale) { s.Goods, s.Lines[0].Name, s.Links[0].Sealed[0] = 1, "spoiled", 9 }
		spoil(s)
		for range 2 {
			h.look(func(r kiosk.Reader) error {
				same(t, want)(r.Sale(want.ID))
				got, err := r.Sale(want.ID)
				spoil(got)
				return err
			})
			h.must(reg, func(tx kiosk.Tx) error {
				got, err := tx.Sale(want.ID)
				if err != nil {
					return err
				}
				spoil(got)
				same(t, want)(tx.Sale(want.ID))
				return tx.PutSale(want)
			})
		}
	})
}

func TestMemory_isBounded(t *testing.T) {
	m := newMemory()
	for i := range 2 * mostRemembered {
		m.keep(&kiosk.Sale{ID: fmt.Sprint(i)}, "{}")
	}
	if len(m.sales) != mostRemembered {
		t.Errorf("%d sales are remembered", len(m.sales))
	}
}

// TestClone_sharesNothing fills a sale to the last field and walks through it and its clone:
// whoever adds a slice to a sale and forgets it in Clone would have callers write into each
// other's sales.
func TestClone_sharesNothing(t *testing.T) {
	var s kiosk.Sale
	fill(reflect.ValueOf(&s).Elem())
	c := s.Clone()
	if d := cmp.Diff(&s, c); d != "" {
		t.Errorf("the clone differs:\n%s", d)
	}
	apart(t, "Sale", reflect.ValueOf(s), reflect.ValueOf(*c))
}

// fill gives every field a value and every slice an element.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(7)
	default:
		panic("a sale holds a " + v.Type().String() + ": teach this test")
	}
}

func apart(t *testing.T, path string, a, b reflect.Value) {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			apart(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Slice:
		if a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
		}
		apart(t, path+"[0]", a.Index(0), b.Index(0))
	}
}
