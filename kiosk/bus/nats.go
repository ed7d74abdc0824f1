package bus

import (
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"qrkiosk/kiosk"
)

var _ kiosk.Bus = (*NATS)(nil)

// NATS carries rings between processes, over core NATS: at most once, in no order. That is enough,
// because a ring only says "look again" and every process reads versions now and then. Rings of
// this process reach its own handlers directly; NATS never delays them.
type NATS struct {
	*Local
	conn    *nats.Conn
	subject string
	log     *slog.Logger
}

// pendingRings bounds what waits for a server that is away: old rings are worth nothing.
const pendingRings = 256 << 10 // bytes

// DialNATS connects to a NATS server, or several, named by a URL list. space keeps installations
// that share a server apart. While the server is away rings are lost and connecting goes on by
// itself; a server that is away at the start is no error either.
func DialNATS(url, space string, log *slog.Logger) (*NATS, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if space == "" || strings.ContainsAny(space, " .*>") {
		return nil, errors.New("bus: a space must be one word")
	}
	b := &NATS{Local: NewLocal(), subject: "qrkiosk." + space + ".ring", log: log}
	conn, err := nats.Connect(url,
		nats.Name("qrkiosk"), nats.NoEcho(), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.ReconnectWait(500*time.Millisecond), nats.ReconnectBufSize(pendingRings),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { log.Warn("nats is away", "err", err) }),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("nats is back") }),
	)
	if err != nil {
		return nil, err
	}
	b.conn = conn
	if _, err := conn.Subscribe(b.subject, b.heard); err != nil {
		conn.Close()
		return nil, err
	}
	return b, nil
}

// Ring tells the handlers of this process and then all other processes. It never waits for the
// network.
func (b *NATS) Ring(stream string, version int64) {
	b.Local.Ring(stream, version)
	body := strconv.FormatInt(version, 10) + " " + stream
	if err := b.conn.Publish(b.subject, []byte(body)); err != nil {
		b.log.Warn("a ring was lost", "err", err)
	}
}

// heard passes a ring of another process on. What is not a ring is somebody else's mistake.
func (b *NATS) heard(m *nats.Msg) {
	number, stream, ok := strings.Cut(string(m.Data), " ")
	version, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || stream == "" {
		b.log.Warn("not a ring", "bytes", len(m.Data))
		return
	}
	b.Local.Ring(stream, version)
}

// Close sends what is pending and ends the connection.
func (b *NATS) Close() {
	_ = b.conn.FlushTimeout(time.Second) // rings may be lost
	b.conn.Close()
}
