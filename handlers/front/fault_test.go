package front

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/kiosk"
)

// TestFault_F71_thousandDisplays: a thousand displays come back after a restart, each at a moment of
// its own within half a second. All are current within ten seconds, and few drawings were enough.
func TestFault_F71_thousandDisplays(t *testing.T) {
	n := 1000
	if os.Getenv("QRKIOSK_TEST_ALL") == "" {
		n = 250 // they are the same to the server, and a thousand take long
	}
	synctest.Test(t, func(t *testing.T) {
		before := newStage(t)
		all := make([]*viewer, n)
		for i := range all {
			all[i] = before.watch(kiosk.Display, "en", fmt.Sprint("d", i))
		}
		synctest.Wait()
		before.end()
		synctest.Wait()
		for i, v := range all {
			if v.closed() != websocket.CloseServiceRestart {
				t.Fatalf("display %d was closed with %d", i, v.closed())
			}
		}
		after := newStage(t)
		defer after.end()
		after.set(func() { after.heads["R"] = 7; after.slow = 5 * time.Millisecond })
		began := time.Now()
		var back sync.WaitGroup
		for i := range all {
			back.Go(func() {
				time.Sleep(rand.N(500 * time.Millisecond))
				all[i] = after.watch(kiosk.Display, []string{"en", "de"}[i%2], fmt.Sprint("d", i))
			})
		}
		back.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		for i, v := range all {
			got := snapshots(v.got())
			if len(got) == 0 || got[len(got)-1].Version != 7 {
				t.Fatalf("display %d was told %+v", i, got)
			}
			if took := got[0].at.Sub(began); took > 10*time.Second {
				t.Errorf("display %d was current after %v", i, took)
			}
		}
		if got := after.front.Hub.Displays("R"); got != n {
			t.Errorf("%d displays are counted", got)
		}
		if d := len(after.drawings()); d > 250 {
			t.Errorf("%d drawings for %d displays", d, n)
		}
		version := after.ring()
		time.Sleep(time.Second)
		synctest.Wait()
		for i, v := range all {
			if got := snapshots(v.got()); len(got) == 0 || got[len(got)-1].Version != version {
				t.Fatalf("the next change: display %d was told %+v", i, got)
			}
		}
	})
}
