//go:build linux

package bench

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// answerTime bounds how long a benchmark waits for anything; nothing is measured by it.
const answerTime = 10 * time.Second

// poster sends requests over one connection and reads answers without a body: as little as can be
// done on this side, so that what is measured is the other one.
type poster struct {
	conn net.Conn
	buf  [4096]byte
}

func newPoster(address string) (*poster, error) {
	conn, err := net.DialTimeout("tcp", address, answerTime)
	if err != nil {
		return nil, err
	}
	return &poster{conn: conn}, nil
}

// request writes a whole POST ahead of time.
func request(address, path string, body []byte) []byte {
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		path, address, len(body))
	return append([]byte(head), body...)
}

// send posts and waits for an empty 200. It scans all that was read, since an answer may come in
// pieces.
func (p *poster) send(raw []byte) (time.Duration, error) {
	_ = p.conn.SetDeadline(time.Now().Add(answerTime))
	start := time.Now()
	if _, err := p.conn.Write(raw); err != nil {
		return 0, err
	}
	for n := 0; ; {
		m, err := p.conn.Read(p.buf[n:])
		if err != nil {
			return 0, err
		}
		n += m
		if end := bytes.Index(p.buf[:n], []byte("\r\n\r\n")); end >= 0 {
			took := time.Since(start)
			return took, emptyOK(p.buf[:n], end+4)
		}
	}
}

func emptyOK(raw []byte, end int) error {
	if !bytes.HasPrefix(raw, []byte("HTTP/1.1 200")) || len(raw) != end || !bytes.Contains(raw, []byte("Content-Length: 0\r\n")) {
		return fmt.Errorf("not an empty 200: %q", raw)
	}
	return nil
}

// screenLine is the browser's end of a display's socket.
type screenLine struct {
	conn net.Conn
	in   *bufio.Reader
	// paid gets the time at which the display turned to paid, if somebody waits for it.
	paid   chan time.Time
	frames atomic.Int64 // whole snapshots so far
	shows  []byte       // what the last snapshot showed
	ended  atomic.Pointer[error]
}

// connect makes the handshake of a live screen, from a source address of its own: a machine has
// fewer ports than a market has displays.
func connect(address, path, cookie string, i int) (*screenLine, error) {
	from := &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%8))}
	conn, err := (&net.Dialer{LocalAddr: from, Timeout: answerTime}).Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(answerTime))
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: qk-display=%s\r\n"+
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
		path, address, address, cookie)
	l := &screenLine{conn: conn, in: bufio.NewReaderSize(conn, 1024), paid: make(chan time.Time, 1)}
	if err == nil {
		err = l.switched()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return l, nil
}

// switched reads the head of the answer to the handshake and leaves frames behind it in place.
func (l *screenLine) switched() error {
	first, err := l.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(first, []byte("HTTP/1.1 101")) {
		return fmt.Errorf("no handshake: %q", first)
	}
	for {
		line, err := l.in.ReadSlice('\n')
		if err != nil || len(line) == 2 {
			return err
		}
	}
}

// read follows what is shown until the connection ends.
func (l *screenLine) read() {
	payload := make([]byte, 0, 8<<10)
	for {
		op, size, err := l.header()
		if err == nil {
			payload = payload[:0]
			payload = append(payload, make([]byte, size)...)
			_, err = io.ReadFull(l.in, payload)
		}
		if err == nil {
			err = l.take(op, payload)
		}
		if err != nil {
			l.ended.Store(&err)
			return
		}
	}
}

// header reads the head of a frame: servers do not mask, and nothing here is larger than 64 KiB.
func (l *screenLine) header() (op byte, size int, err error) {
	head, err := l.in.Peek(2)
	if err != nil {
		return 0, 0, err
	}
	op, size = head[0]&15, int(head[1])
	_, _ = l.in.Discard(2)
	if size == 126 {
		long, err := l.in.Peek(2)
		if err != nil {
			return 0, 0, err
		}
		size = int(binary.BigEndian.Uint16(long))
		_, _ = l.in.Discard(2)
	} else if size > 126 {
		return 0, 0, errors.New("a frame longer than 64 KiB")
	}
	return op, size, nil
}

var (
	showsMark = []byte(`data-shows=\"`)
	showsPaid = []byte("paid")
)

func (l *screenLine) take(op byte, payload []byte) error {
	switch op {
	case 8:
		return io.EOF
	case 9:
		pong := append([]byte{0x8a, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...) // a mask of zeros
		_, err := l.conn.Write(pong)
		return err
	}
	_, behind, ok := bytes.Cut(payload, showsMark)
	if !ok {
		return nil // a renewal
	}
	shows, _, _ := bytes.Cut(behind, []byte(`\`))
	if bytes.Equal(shows, showsPaid) && !bytes.Equal(l.shows, showsPaid) {
		select {
		case l.paid <- time.Now():
		default:
		}
	}
	l.shows = append(l.shows[:0], shows...)
	l.frames.Add(1)
	return nil
}

// delivered waits until the display has turned to paid.
func (l *screenLine) delivered() (time.Time, error) {
	t := time.NewTimer(answerTime)
	defer t.Stop()
	select {
	case at := <-l.paid:
		return at, nil
	case <-t.C:
		return time.Time{}, errors.New("a display was never told that its sale is paid")
	}
}

// paidNotice is the body of an encrypted webhook: AES-256-CBC with the characters of
// the key, the first sixteen of them as IV.
func paidNotice(o order) []byte {
	text := fmt.Appendf(nil, `{"ResponseCode":1,"data":{"pay_id":%d,"note":%q,"amount":%s,"user_id":%q,"status":"Success"}}`,
		o.payID, o.note, o.amount, stubUser)
	pad := aes.BlockSize - len(text)%aes.BlockSize
	text = append(text, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher([]byte(o.key))
	if err != nil {
		panic(err) // a key that we made ourselves has the wrong length
	}
	cipher.NewCBCEncrypter(block, []byte(o.key[:aes.BlockSize])).CryptBlocks(text, text)
	return fmt.Appendf(nil, `{"data":%q}`, base64.StdEncoding.EncodeToString(text))
}
