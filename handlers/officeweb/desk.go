package officeweb

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"sync"
	"time"

	"qrkiosk/handlers/front"
)

// Office is what the parts of the office share: its home, its settings, its wall, and how its forms
// are shown again.
type Office struct {
	front  *front.Front
	rooms  *front.Rooms
	log    *slog.Logger
	clock  func() time.Time
	wall   *wall
	probes sync.Map // nonce to secret, of probes that run

	door    Door
	people  People
	stalls  Stalls
	fleet   Fleet
	reports Reports
}

// Door lets people into the office and out of it.
type Door struct {
	office *Office
	front  *front.Front
	rooms  *front.Rooms
	clock  func() time.Time
}

// People is the users of the office, the staff of stalls and what either has done.
type People struct {
	office *Office
	front  *front.Front
	rooms  *front.Rooms
}

// Stalls is what a stall looks like, sells, and is paid by.
type Stalls struct {
	office *Office
	front  *front.Front
	rooms  *front.Rooms
	log    *slog.Logger
}

// Fleet is registers with their devices, cards to set them up, and the import of many at once.
type Fleet struct {
	office *Office
	front  *front.Front
	rooms  *front.Rooms
	log    *slog.Logger
	clock  func() time.Time
}

// Reports is takings, statements, shifts, payouts and the files of all of them.
type Reports struct {
	office    *Office
	front     *front.Front
	rooms     *front.Rooms
	clock     func() time.Time
	exporting chan struct{} // as many files as may be made at a time
}

// New builds the office.
func New(f *front.Front) *Office {
	o := &Office{front: f, rooms: f.Rooms, log: f.Log, clock: f.Clock, wall: newWall(rand.Text())}
	o.door = Door{o, f, f.Rooms, f.Clock}
	o.people = People{o, f, f.Rooms}
	o.stalls = Stalls{o, f, f.Rooms, f.Log}
	o.fleet = Fleet{o, f, f.Rooms, f.Log, f.Clock}
	o.reports = Reports{o, f, f.Rooms, f.Clock, make(chan struct{}, exportsAtOnce)}
	o.furnishWall()
	f.Hub.Moved = o.wall.touch
	return o
}

// Routes are the office's lines of the table.
func (o *Office) Routes() []front.Route {
	return slices.Concat(
		o.officeRoutes(), o.stallRoutes(), o.accountRoutes(), o.itemFileRoutes(), o.officeSettingsRoutes(),
		o.fleetRoutes(), o.takingsRoutes(), o.shiftListRoutes(),
	)
}

// Ring tells the wall that something about a register has changed.
func (o *Office) Ring(register string) { o.wall.touch(register) }

// Run keeps the wall fresh until ctx ends.
func (o *Office) Run(ctx context.Context) { o.wall.run(ctx) }
