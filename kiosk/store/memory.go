package store

import (
	"encoding/json"
	"sync"

	"qrkiosk/kiosk"
)

// mostRemembered bounds the memory: a few kilobytes each.
const mostRemembered = 2048

// memory keeps what the texts of sales mean: reading the JSON of a sale takes longer than finding
// it, and the sales of the moment are read again and again. It can never be stale, because a
// meaning is used only for the very text it was read from; so nothing has to be undone in it
// when a transaction is.
type memory struct {
	mu    sync.Mutex
	sales map[string]remembered // by ID
}

type remembered struct {
	text string
	sale *kiosk.Sale // whoever has it may only read it
}

func newMemory() *memory { return &memory{sales: map[string]remembered{}} }

// read returns the sale that text describes, for reading only.
func (m *memory) read(id string, text []byte) (*kiosk.Sale, error) {
	if s := m.find(id, text); s != nil {
		return s, nil
	}
	s := &kiosk.Sale{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, err
	}
	m.keep(s, string(text))
	return s, nil
}

func (m *memory) find(id string, text []byte) *kiosk.Sale {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.sales[id]; ok && r.text == string(text) {
		return r.sale
	}
	return nil
}

// keep remembers what text means. Nobody may change s from now on.
func (m *memory) keep(s *kiosk.Sale, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.sales[s.ID]; !known && len(m.sales) >= mostRemembered {
		for id := range m.sales { // any one: the order of a map is random
			delete(m.sales, id)
			break
		}
	}
	m.sales[s.ID] = remembered{text, s}
}
