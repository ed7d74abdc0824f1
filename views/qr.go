package views

import (
	"strconv"

	qrcode "github.com/skip2/go-qrcode"
)

// QRCode is a code ready to be drawn: the side of the square in modules, quiet zone included, and
// the black of it as one SVG path of horizontal strokes. It is a plain value: keep it with its
// link and draw it as often as needed.
type QRCode struct {
	Side int
	Path string
}

// QR draws a code for a text: level M, four modules of quiet zone. It returns the error of the
// encoder for a text that is empty or too long. The encoder's value never leaves this function,
// since it must not be shared between goroutines.
func QR(text string) (QRCode, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return QRCode{}, err
	}
	bits := q.Bitmap()
	return QRCode{Side: len(bits), Path: strokes(bits)}, nil
}

// strokes writes every run of black modules as a stroke of width one through the middle of its
// row. Relative moves keep the path under 2,000 bytes for a payment address.
func strokes(bits [][]bool) string {
	path := make([]byte, 0, 2048)
	x, y := 0, 0
	for row, line := range bits {
		for col := 0; col < len(line); {
			if !line[col] {
				col++
				continue
			}
			run := col
			for run < len(line) && line[run] {
				run++
			}
			path = move(path, col-x, row-y)
			path = append(path, 'h')
			path = strconv.AppendInt(path, int64(run-col), 10)
			x, y, col = run, row, run
		}
	}
	return string(path)
}

// move starts a stroke; the very first one goes to the middle of its row, which all others keep.
func move(path []byte, dx, dy int) []byte {
	if len(path) == 0 {
		path = append(path, 'M')
		path = strconv.AppendInt(path, int64(dx), 10)
		path = append(path, ' ')
		path = strconv.AppendInt(path, int64(dy), 10)
		return append(path, ".5"...)
	}
	path = append(path, 'm')
	path = strconv.AppendInt(path, int64(dx), 10)
	if dy == 0 {
		return append(path, " 0"...)
	}
	path = append(path, ' ')
	return strconv.AppendInt(path, int64(dy), 10)
}
