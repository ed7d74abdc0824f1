package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/vault"
)

// skewLimit is how far our clock may be from the gateway's. Nothing breaks at once beyond it, but
// receipts and reports would carry wrong times.
const skewLimit = 30 * time.Second

const doctorTime = 15 * time.Second // for each question to somebody else

type doctorCmd struct {
	webFlags     `embed:"" set:"listen=127.0.0.1:8080"`
	dataFlags    `embed:"" set:"data=data"`
	gatewayFlags `embed:""`
}

// Run looks at everything a serve with the same flags would need, and changes nothing but, where
// the database is older than the program, its schema.
func (c *doctorCmd) Run(ctx context.Context, p *process) error {
	d := &doctor{out: p.stdout}
	s, err := p.check(c.webFlags, c.dataFlags, c.gatewayFlags)
	d.report("settings", "complete", err)
	if err != nil {
		return exited(exitFailed)
	}
	d.keyFile(s)
	d.database(ctx, s)
	if s.Play() {
		d.skip("gateway", "a sandbox starts with the kiosk")
	} else {
		d.gateway(ctx, s)
	}
	d.public(ctx, s)
	if d.wrong > 0 {
		return exited(exitFailed)
	}
	return nil
}

// doctor writes one line for each thing it looked at.
type doctor struct {
	out   io.Writer
	wrong int
}

func (d *doctor) report(what, fine string, err error) {
	verdict, text := "ok", fine
	if err != nil {
		d.wrong++
		verdict, text = "WRONG", err.Error()
	}
	d.line(verdict, what, text)
}

func (d *doctor) skip(what, why string) { d.line("-", what, why) }

func (d *doctor) line(verdict, what, text string) {
	fmt.Fprintf(d.out, "%-5s  %-11s  %s\n", verdict, what, text)
}

func (d *doctor) keyFile(s assembly.Settings) {
	if _, err := os.Stat(s.KeyFile); errors.Is(err, fs.ErrNotExist) {
		d.skip("key file", "none yet: the first start makes "+s.KeyFile)
		return
	}
	_, err := vault.Load(s.KeyFile)
	d.report("key file", s.KeyFile, refused(err, s))
}

// refused is refusal for an error that may be nil.
func refused(err error, s assembly.Settings) error {
	if err == nil {
		return nil
	}
	return assembly.Refusal(err, s)
}

func (d *doctor) database(ctx context.Context, s assembly.Settings) {
	if _, err := os.Stat(s.DatabaseFile()); s.DatabaseURL.Empty() && errors.Is(err, fs.ErrNotExist) {
		d.skip("database", "none yet: the first start makes "+s.DatabaseFile())
		return
	}
	fine, err := examine(ctx, s)
	d.report("database", fine, refused(err, s))
}

// examine opens the database and compares its mode. An empty one is left without: the first start
// stamps it.
func examine(ctx context.Context, s assembly.Settings) (fine string, err error) {
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	st, err := assembly.OpenStore(ctx, s, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return "", err
	}
	defer assembly.Closing(&err, st.Close)
	var stalls []kiosk.Stall
	err = st.View(ctx, func(r kiosk.Reader) (err error) {
		stalls, err = r.Stalls()
		return err
	})
	if err != nil || len(stalls) == 0 {
		return "empty", err
	}
	if _, err := st.EnsureInstallation(ctx, kiosk.Installation{Mode: s.Mode}); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %d stalls, schema up to date", s.Mode, len(stalls)), assembly.CheckKeyIsThere(ctx, st, s.KeyFile)
}

// gateway asks for one row of a list, which costs nothing and tells whether the key is right.
func (d *doctor) gateway(ctx context.Context, s assembly.Settings) {
	if s.Token.Empty() {
		d.skip("gateway", "no key here: the office holds it, or asks for it")
		d.clock(ctx, s)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	client, err := secpaid.New(secpaid.Config{URL: s.GatewayURL, Token: s.Token.Reveal(), Version: buildVersion()})
	if err == nil {
		_, err = client.PayIns(ctx, kiosk.PayInQuery{Days: 1, Page: 1, Limit: 1, Lane: kiosk.LaneReports})
	}
	d.report("gateway", s.GatewayURL+" knows the key", err)
	d.clock(ctx, s)
}

// clock compares with the date that every web server sends, to the second.
func (d *doctor) clock(ctx context.Context, s assembly.Settings) {
	_, header, err := ask(ctx, http.MethodHead, s.GatewayURL)
	if err != nil {
		d.report("clock", "", fmt.Errorf("nothing to compare with: %w", err))
		return
	}
	there, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		d.skip("clock", "the gateway does not tell its time")
		return
	}
	skew := time.Since(there).Abs().Round(time.Second)
	if skew > skewLimit {
		err = fmt.Errorf("%s off the gateway's: is the time synchronised?", skew)
	}
	d.report("clock", fmt.Sprintf("within %s of the gateway's", max(skew, time.Second)), err)
}

// public asks the public address for a sign of life, as the gateway would reach it from outside.
func (d *doctor) public(ctx context.Context, s assembly.Settings) {
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	if s.PublicURL == "" {
		d.skip("public url", "none: webhooks cannot arrive, payments are found by asking")
		return
	}
	status, _, err := ask(ctx, http.MethodGet, s.PublicURL+"/healthz")
	if err == nil && !strings.HasPrefix(status, "200 ") {
		err = fmt.Errorf("%s/healthz answers %s: is the kiosk running?", s.PublicURL, status)
	}
	d.report("public url", s.PublicURL+" answers", err)
}

// ask makes one request without following redirects; the body is of no interest.
func ask(ctx context.Context, method, url string) (status string, header http.Header, err error) {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return "", nil, err
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true}, // and no proxy, like the kiosk itself
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(req)
	if err != nil {
		return "", nil, err
	}
	return answer.Status, answer.Header, answer.Body.Close()
}
