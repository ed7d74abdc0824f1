package sandbox

import (
	"log/slog"
	"slices"
	"sync"
)

// Known tells whether there is such a fault.
func (f Fault) Known() bool {
	return slices.ContainsFunc(catalogue, func(i FaultInfo) bool { return i.Name == f })
}

// faults are the faults that are armed at this moment. They are no part of the book.
type faults struct {
	log *slog.Logger

	mu   sync.Mutex // guards left
	left map[Fault]int
}

// Catalogue lists every fault with its magic amount, for help texts.
func Catalogue() []FaultInfo { return slices.Clone(catalogue) }

func (fs *faults) set(f Fault, times int) {
	if !f.Known() {
		fs.log.Error("no such fault", "name", string(f))
		return
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if times == 0 {
		delete(fs.left, f)
		return
	}
	fs.left[f] = times
}

func (fs *faults) list() []FaultInfo {
	list := Catalogue()
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for i := range list {
		list[i].Left = fs.left[list[i].Name]
	}
	return list
}

// take uses a fault up once and tells whether it was armed.
func (fs *faults) take(f Fault) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	left, armed := fs.left[f]
	switch {
	case !armed:
		return false
	case left == 1:
		delete(fs.left, f)
	case left > 1:
		fs.left[f] = left - 1
	}
	return true
}

// strikes is take for a fault that the amount of the link can bring about as well.
func (fs *faults) strikes(f Fault, k *link) bool {
	for _, info := range catalogue {
		if info.Name == f && info.Magic != 0 && info.Magic == k.Amount {
			return true
		}
	}
	return fs.take(f)
}

// armed is take without using the fault up, for those that change what a list shows.
func (fs *faults) armed(f Fault) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.left[f] != 0
}
