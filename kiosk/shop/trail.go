package shop

import (
	"context"
	"reflect"

	"qrkiosk/kiosk"
)

// Trail is the entry of a change from before to after, of which only the fields that differ are
// kept. Either may be nil.
func Trail(by kiosk.OfficeActor, kind, subject string, at int64, before, after map[string]any) kiosk.Event {
	t := kiosk.Trace{Before: map[string]any{}, After: map[string]any{}}
	for name, was := range before {
		if is, there := after[name]; !there || !reflect.DeepEqual(was, is) {
			t.Before[name] = was
		}
	}
	for name, is := range after {
		if was, there := before[name]; !there || !reflect.DeepEqual(was, is) {
			t.After[name] = is
		}
	}
	return t.Event(by.Actor(), kiosk.OfficeStream, kind, subject, at)
}

// ChangeOfficeAs runs a decision of a clerk on the office's stream and writes down what it changed. A
// decision that changes nothing leaves no entry.
func (s *Kernel) ChangeOfficeAs(ctx context.Context, by kiosk.OfficeActor, decide func(kiosk.Tx) (kiosk.OfficeChange, error)) error {
	return s.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		c, err := decide(tx)
		if err != nil || c.Kind == "" || (c.Before != nil && c.After != nil && reflect.DeepEqual(c.Before, c.After)) {
			return err
		}
		return tx.Append(Trail(by, c.Kind, c.Subject, s.Now(), c.Before, c.After))
	})
}
