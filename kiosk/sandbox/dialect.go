package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// dialect writes answers as one generation of the wire has them.
type dialect struct {
	wire    Wire
	address *address
	faults  *faults // armed knobs of the wording
}

// refusal is a business error: an envelope with code 0, whose status the vendor leaves open and which is
// 200 here, or the plain shape with its own status in the oldest wire.
func (d *dialect) refusal(msg string) reply {
	if d.wire == Wire2024 || d.faults.take(ErrorsPlain) {
		return plainRefusal(msg)
	}
	if (msg == msgNoToken || msg == msgNoUser) && d.faults.take(KeyWording) {
		msg = msgKeyWording
	}
	m := new(message).raw("ResponseCode", "0").text("ResponseMsg", msg)
	m.text("Result", "False").text("ServerTime", "CEST")
	status := http.StatusOK
	if msg == msgNoUser {
		status = http.StatusCreated // a "created" that means failure, but so it is documented
	}
	return reply{status: status, body: []byte(m.end())}
}

func plainRefusal(msg string) reply {
	switch msg {
	case msgNoUser:
		return plain(http.StatusCreated, "UserNotFound", msgNoUser)
	case msgNoToken:
		return plain(http.StatusUnauthorized, "Unauthorized", "Invalid API key or token.")
	case msgBadLink:
		return plain(http.StatusNotFound, "NotFound", msgBadLink)
	}
	return badRequest()
}

// listed is the good answer of a list. total < 0 leaves the count out.
func (d *dialect) listed(rows []string, total int, extra string) reply {
	count := ""
	if total >= 0 {
		count = `"totalRecords":` + strconv.Itoa(total) + ","
	}
	msg := msgListed
	if d.wire == Wire2026 {
		msg = msgListed2026
	}
	return success("["+strings.Join(rows, ",")+"]", count+extra, msg)
}
