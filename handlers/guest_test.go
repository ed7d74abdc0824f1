package handlers_test

import (
	"bytes"
	"fmt"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

func sameBytes(a, b kiosktest.Response) bool {
	var x, y bytes.Buffer
	for _, p := range []struct {
		to   *bytes.Buffer
		from kiosktest.Response
	}{{&x, a}, {&y, b}} {
		fmt.Fprintln(p.to, p.from.Status, p.from.Body)
		p.from.Header.Del("Date")
		_ = p.from.Header.Write(p.to)
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}
