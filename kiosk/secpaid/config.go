package secpaid

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// The deadlines of a call: nobody at a counter waits longer than ten seconds for one. Idle connections
// are given up well before the gateway does, because a create on a connection that dies under it has
// an unclear outcome.
const (
	dialTime   = 3 * time.Second
	tlsTime    = 3 * time.Second
	headerTime = 8 * time.Second
	callTime   = 10 * time.Second
	idleTime   = 30 * time.Second
	maxAnswer  = 1 << 20
	apiPath    = "/api/v2/"
)

// Config is what [New] needs. Only URL and Token are required.
type Config struct {
	URL   string // base address; https, or http towards loopback; without a path, /api/v2/ is added
	Token string // the account's API key
	Later bool   // Token may be empty: it comes by [Client.UseKey], and until then nothing is sent

	HTTP *http.Client                                                      // its transport is used as it is
	Dial func(ctx context.Context, network, addr string) (net.Conn, error) // used when HTTP is nil

	Now       func() time.Time
	Log       *slog.Logger
	LinkHost  string // host of payment links; "" is the host of URL, for live also the vendor's own
	PerMinute int    // calls in any sixty seconds, 60 by default
	Version   string // for the User-Agent; "" is the version of the build

	Backoff func(failures int) time.Duration // how long to stay away; [Backoff] by default

	// Observe is called after every call with the endpoint's name, the outcome ("done" or a code
	// of kiosk.Error) and how long it took, waiting for the budget left out.
	Observe func(endpoint, outcome string, took time.Duration)
}

// secret keeps a string where printing does not find it, not even as a field of a struct.
type secret func() string

func hide(text string) secret { return func() string { return text } }

func (secret) String() string       { return "***" }
func (secret) GoString() string     { return "***" }
func (secret) LogValue() slog.Value { return slog.StringValue("***") }

// New checks the configuration and returns a client; nothing is sent yet. The errors are for the
// operator at start.
func New(c Config) (*Client, error) {
	base, err := baseURL(c.URL)
	if err != nil {
		return nil, err
	}
	if err := checkToken(c.Token); err != nil && (c.Token != "" || !c.Later) {
		return nil, err
	}
	c = withDefaults(c)
	client := &Client{token: &atomic.Pointer[secret]{}, wire: &wire{
		base:    base,
		agent:   "qrkiosk/" + c.Version,
		hosts:   linkHosts(base, c.LinkHost),
		http:    httpClient(c),
		now:     c.Now,
		log:     c.Log,
		observe: c.Observe,
		budget:  newBudget(c.PerMinute, c.Now),
		backoff: c.Backoff,
	}, breaker: newBreaker()}
	token := hide(c.Token)
	client.token.Store(&token)
	return client, nil
}

func withDefaults(c Config) Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.PerMinute <= 0 {
		c.PerMinute = 60
	}
	if c.Version == "" {
		c.Version = buildVersion()
	}
	if c.Backoff == nil {
		c.Backoff = Backoff
	}
	if c.Observe == nil {
		c.Observe = func(string, string, time.Duration) {}
	}
	return c
}

func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

// baseURL accepts https, and http towards this machine alone: the key opens everything.
func baseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, errors.New("secpaid: the gateway's address is not a complete URL")
	}
	switch {
	case u.User != nil:
		return nil, errors.New("secpaid: the gateway's address must not hold user information")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("secpaid: the gateway's address must not hold a query or fragment")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("secpaid: the gateway's address must be https, not %q", u.Scheme)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, errors.New("secpaid: plain http is allowed towards loopback only")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = apiPath
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// checkToken wants a key that fits a header; its length differs between accounts.
func checkToken(token string) error {
	if token == "" {
		return errors.New("secpaid: the API key is empty")
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return errors.New("secpaid: the API key holds blanks or characters outside ASCII")
		}
	}
	return nil
}

// httpClient never follows a redirect: 307 and 308 would send the body, and the key, elsewhere.
func httpClient(c Config) *http.Client {
	client := &http.Client{Transport: transport(c)}
	if c.HTTP != nil {
		given := *c.HTTP
		client = &given
	}
	client.Jar = nil
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// transport takes no proxy from the environment and inflates nothing.
func transport(c Config) *http.Transport {
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, dialTime)
			defer cancel()
			return dial(ctx, network, addr)
		},
		Protocols:              &protocols,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    tlsTime,
		ResponseHeaderTimeout:  headerTime,
		IdleConnTimeout:        idleTime,
		MaxIdleConnsPerHost:    8,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
}
