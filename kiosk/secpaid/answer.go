package secpaid

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"qrkiosk/kiosk"
)

// The message keys of errors of the gateway.
const (
	KeyRefused     = kiosk.KeyGatewayRefused     // it said no; Args[0] is its own sentence, if any
	KeyKey         = kiosk.KeyGatewayKey         // it does not accept the account's key
	KeyLimit       = kiosk.KeyGatewayLimit       // the calls of this minute are used up
	KeyUnclear     = kiosk.KeyGatewayUnclear     // its answer does not tell what was done
	KeyUnreachable = kiosk.KeyGatewayUnreachable // it cannot be reached
)

// A 429 without a Retry-After is taken to mean a whole window; a Retry-After is believed up to
// an hour.
const (
	windowReset   = 60 * time.Second
	maxRetryAfter = time.Hour
)

// answerLimits are generous: a page of a thousand rows has some twenty names each.
var answerLimits = limits{depth: 16, keys: 100_000}

var (
	errTooLong  = errors.New("answer longer than 1 MiB")
	errNoJSON   = errors.New("content type is not JSON")
	errNoObject = errors.New("answer is not a JSON object")
)

// reply is what came back over HTTP.
type reply struct {
	status      int
	contentType string
	retryAfter  string
	requestID   string // of the API gateway in front, for the log
	date        string // of its clock
	body        []byte
}

func readReply(resp *http.Response) (reply, error) {
	r := reply{
		status:      resp.StatusCode,
		contentType: resp.Header.Get("Content-Type"),
		retryAfter:  resp.Header.Get("Retry-After"),
		requestID:   clean(resp.Header.Get("x-kong-request-id"), 64),
		date:        resp.Header.Get("Date"),
	}
	if r.status == http.StatusTooManyRequests {
		return r, nil // says all by its status, whatever becomes of the body
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errTooLong
	}
	r.body = body
	return r, err
}

// refusal is a well-formed no.
type refusal struct {
	status int
	word   string // the error word of the plain shape
	text   string // the gateway's own sentence
}

func (r *refusal) Error() string {
	return fmt.Sprintf("gateway answered %d %s %q", r.status, r.word, r.text)
}

// read classifies an answer by status and codes: done only if all three marks say so, refused if a known
// shape says no, and unclear whatever is left. contact is false if
// what answered does not look like the gateway, or the gateway is ill.
func read(r reply, now time.Time) (answer object, contact bool, err error) {
	if r.status == http.StatusTooManyRequests {
		return nil, true, tooMany(retryAfter(r.retryAfter, now), errors.New("gateway answered 429"))
	}
	if r.status >= 500 {
		return nil, false, unclear(fmt.Errorf("gateway answered %d", r.status))
	}
	o, err := r.object()
	if err != nil {
		return nil, false, unclear(fmt.Errorf("gateway answered %d: %w", r.status, err))
	}
	if r.status == http.StatusOK && o.success() {
		return o, true, nil
	}
	if o.refused(r.status) {
		return nil, true, refused(r.status, o)
	}
	return nil, true, unclear(fmt.Errorf("gateway answered %d with code %q and result %q",
		r.status, clean(o.text("ResponseCode"), 20), clean(o.word("Result"), 20)))
}

func (r reply) object() (object, error) {
	if !isJSON(r.contentType) {
		return nil, errNoJSON
	}
	v, err := answerLimits.parse(r.body)
	if err != nil {
		return nil, err
	}
	o, ok := v.(object)
	if !ok {
		return nil, errNoObject
	}
	return o, nil
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	return kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json")
}

// success wants both marks of the envelope; one alone is a contradiction, not a success.
func (o object) success() bool {
	return o.text("ResponseCode") == "1" && o.word("Result") == "true"
}

// refused tells whether this is a documented no: the envelope with code 0 under any status, or
// one of the other error shapes under a status that means refusal. 201 is one of them: it stands
// for an unknown key.
func (o object) refused(status int) bool {
	if o.has("ResponseCode") {
		return o.text("ResponseCode") == "0" && o.word("Result") != "true"
	}
	switch status {
	case http.StatusCreated:
		return o.text("error") != "" || o.text("errorMessage") != ""
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return o.text("error") != "" || o.text("errorMessage") != "" || o.text("message") != ""
	}
	return false
}

func refused(status int, o object) *kiosk.Error {
	no := &refusal{status: status, word: clean(o.text("error"), 40)}
	for _, name := range []string{"ResponseMsg", "errorMessage", "message"} {
		if no.text == "" {
			no.text = clean(o.text(name), 200)
		}
	}
	e := &kiosk.Error{Code: kiosk.Refused, Key: KeyRefused, Err: no}
	if no.text != "" {
		e.Args = []string{no.text}
	}
	switch status {
	case http.StatusCreated, http.StatusUnauthorized, http.StatusForbidden:
		e.Key = KeyKey
	}
	return e
}

func unclear(err error) *kiosk.Error {
	return &kiosk.Error{Code: kiosk.Unclear, Key: KeyUnclear, Err: err}
}

func notSent(key string, err error) *kiosk.Error {
	return &kiosk.Error{Code: kiosk.NotSent, Key: key, Err: err}
}

func tooMany(wait time.Duration, err error) *kiosk.Error {
	return &kiosk.Error{Code: kiosk.TooMany, Key: KeyLimit, Wait: millis(wait), Err: err}
}

func circuitOpen(wait time.Duration) *kiosk.Error {
	e := notSent(KeyUnreachable, errors.New("gateway failed repeatedly, waiting before another call"))
	e.Wait = millis(wait)
	return e
}

// lost is a call without an answer. Before the body began to leave surely nothing was done.
func lost(sent bool, err error, wait time.Duration) *kiosk.Error {
	e := unclear(err)
	if !sent {
		e = notSent(KeyUnreachable, err)
	}
	e.Wait = millis(wait)
	return e
}

func withWait(err error, wait time.Duration) error {
	var e *kiosk.Error
	if errors.As(err, &e) && e.Wait == 0 {
		e.Wait = millis(wait)
	}
	return err
}

func waitOf(err error) time.Duration {
	var e *kiosk.Error
	if !errors.As(err, &e) {
		return 0
	}
	return time.Duration(e.Wait) * time.Millisecond
}

// millis rounds up, so that who waits that long does not come too early.
func millis(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

// retryAfter reads seconds or an HTTP date.
func retryAfter(text string, now time.Time) time.Duration {
	wait := windowReset
	if seconds, err := strconv.Atoi(text); err == nil {
		wait = time.Duration(min(max(seconds, 0), int(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, time.Second), maxRetryAfter)
}

// clean keeps at most n printable characters of a foreign text.
func clean(text string, n int) string {
	kept := make([]rune, 0, min(n, len(text)))
	for _, r := range text {
		if len(kept) == n {
			break
		}
		if unicode.IsPrint(r) {
			kept = append(kept, r)
		}
	}
	return string(kept)
}
