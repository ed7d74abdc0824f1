package main

import (
	"log/slog"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"qrkiosk/kiosk"
)

// webFlags say where the kiosk is reached.
type webFlags struct {
	Listen       string   `env:"QRKIOSK_LISTEN" default:"${listen}" placeholder:"ADDR" help:"Address to listen on; port 0 takes a free one, the log says which (${default})."`
	Lan          bool     `env:"QRKIOSK_LAN" help:"With play money: listen for the whole network, so that real tablets and phones can join."`
	PublicURL    string   `name:"public-url" env:"QRKIOSK_PUBLIC_URL" placeholder:"URL" help:"What SecPaid and customers reach; without it payments are found by asking, about every 4 s."`
	TillURL      string   `name:"till-url" env:"QRKIOSK_TILL_URL" placeholder:"URL" help:"What tills and displays reach, if that differs."`
	TLSCert      string   `name:"tls-cert" env:"QRKIOSK_TLS_CERT" placeholder:"FILE" help:"Certificate chain, read again when it changes."`
	TLSKey       string   `name:"tls-key" env:"QRKIOSK_TLS_KEY" placeholder:"FILE" help:"Its private key."`
	TrustedProxy []string `env:"QRKIOSK_TRUSTED_PROXY" placeholder:"CIDR" help:"Networks of proxies whose X-Forwarded-For counts."`
}

// dataFlags say where things are kept.
type dataFlags struct {
	Data            string `env:"QRKIOSK_DATA" default:"${data}" placeholder:"DIR" help:"Directory of database and keys (${default})."`
	KeyFile         string `env:"QRKIOSK_KEY_FILE" placeholder:"FILE" help:"Key of PINs and sealed secrets, made at the first start; keep it out of the database's backup (DIR/key)."`
	Anchors         string `env:"QRKIOSK_ANCHORS" placeholder:"FILE" help:"Where the ends of the journal are written down every day and at the close of each shift; a copy kept elsewhere shows whether anybody changed the journal (DIR/anchors)."`
	NATSURLFile     string `name:"nats-url-file" env:"QRKIOSK_NATS_URL_FILE" placeholder:"FILE" help:"File that holds $$QRKIOSK_NATS_URL, servers by which several processes on one PostgreSQL database tell one another of changes."`
	DatabaseURLFile string `name:"database-url-file" env:"QRKIOSK_DATABASE_URL_FILE" placeholder:"FILE" help:"File that holds $$QRKIOSK_DATABASE_URL, the address of a PostgreSQL database in place of SQLite."`
}

// gatewayFlags say who takes the money.
type gatewayFlags struct {
	Sandbox     bool   `env:"QRKIOSK_SANDBOX" help:"Use a sandbox within this process in place of SecPaid: play money."`
	SandboxPort uint16 `env:"QRKIOSK_SANDBOX_PORT" default:"8091" help:"Port of that sandbox, 0 takes a free one (${default})."`
	SecpaidURL  string `name:"secpaid-url" env:"SECPAID_URL" default:"https://app.secpaid.com" placeholder:"URL" help:"Base address of SecPaid: https, or http towards this machine (${default})."`
	TokenFile   string `name:"secpaid-token-file" env:"SECPAID_TOKEN_FILE" placeholder:"FILE" help:"File that holds $$SECPAID_TOKEN, the API key."`
}

// settings are what a server runs with, checked. Printing them shows no secret.
type settings struct {
	mode        kiosk.Mode
	listen      string
	lan         bool
	publicURL   string // without final slash, "" if nobody reaches us from outside
	tillURL     string // without final slash, "" if it is the public one
	tlsCert     string
	tlsKey      string
	proxies     []netip.Prefix
	data        string // directory
	keyFile     string
	anchors     string
	databaseURL secret // empty: SQLite in data
	natsURL     secret // empty: this process is alone
	gatewayURL  string
	token       secret
	sandboxPort uint16
}

// LogValue names what a start of the program depends on.
func (s settings) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("mode", string(s.mode)), slog.String("listen", s.listen),
		slog.String("public_url", s.publicURL), slog.String("till_url", s.tillURL),
		slog.String("tls_cert", s.tlsCert), slog.Any("trusted_proxy", s.proxies),
		slog.String("data", s.data), slog.String("key_file", s.keyFile),
		slog.String("anchors", s.anchors),
		slog.Any("database_url", s.databaseURL), slog.Any("nats_url", s.natsURL), slog.String("secpaid_url", s.gatewayURL),
		slog.Any("secpaid_token", s.token),
	)
}

func (s settings) databaseFile() string { return filepath.Join(s.data, "qrkiosk.db") }
func (s settings) bookFile() string     { return filepath.Join(s.data, "sandbox.book") }
func (s settings) play() bool           { return s.mode == kiosk.Sandbox }

// check turns flags and variables into settings. Every error is a usageError that names its flag.
func (p *process) check(web webFlags, data dataFlags, gateway gatewayFlags) (s settings, err error) {
	s = settings{
		mode: kiosk.Live, listen: web.Listen, lan: web.Lan, tlsCert: web.TLSCert, tlsKey: web.TLSKey,
		data: data.Data, keyFile: data.KeyFile, anchors: data.Anchors, sandboxPort: gateway.SandboxPort,
	}
	s.locateFiles()
	if gateway.Sandbox {
		s.mode = kiosk.Sandbox
	}
	if err := p.checkData(&s, data); err != nil {
		return s, err
	}
	if err := s.checkWeb(web); err != nil {
		return s, err
	}
	return s, p.checkGateway(&s, gateway)
}

// locateFiles puts files that were not named into the directory of the data.
func (s *settings) locateFiles() {
	if s.keyFile == "" {
		s.keyFile = filepath.Join(s.data, "key")
	}
	if s.anchors == "" {
		s.anchors = filepath.Join(s.data, "anchors")
	}
}

// checkData reads the addresses of servers. No error may repeat one: they hold passwords.
func (p *process) checkData(s *settings, data dataFlags) (err error) {
	if s.databaseURL, err = p.readSecret("QRKIOSK_DATABASE_URL", data.DatabaseURLFile); err != nil {
		return err
	}
	if !s.databaseURL.empty() && !hasScheme(s.databaseURL.reveal(), "postgres", "postgresql") {
		return usagef("QRKIOSK_DATABASE_URL is not of the form postgres://user:password@host/database")
	}
	if s.natsURL, err = p.readSecret("QRKIOSK_NATS_URL", data.NATSURLFile); err != nil || s.natsURL.empty() {
		return err
	}
	for address := range strings.SplitSeq(s.natsURL.reveal(), ",") {
		if !hasScheme(strings.TrimSpace(address), "nats", "tls", "ws", "wss") {
			return usagef("QRKIOSK_NATS_URL is not of the form nats://user:password@host:4222")
		}
	}
	return nil
}

func hasScheme(address string, schemes ...string) bool {
	u, err := url.Parse(address)
	return err == nil && slices.Contains(schemes, u.Scheme)
}

func (s *settings) checkWeb(web webFlags) (err error) {
	if err := checkListen(s.listen, !s.play() || s.lan); err != nil {
		return err
	}
	if s.lan && !s.play() {
		return usagef("--lan is for play money; a live kiosk listens where --listen says")
	}
	if s.lan {
		s.listen = widen(s.listen)
	}
	if s.publicURL, err = checkURL("--public-url", web.PublicURL); err != nil {
		return err
	}
	if s.tillURL, err = checkURL("--till-url", web.TillURL); err != nil {
		return err
	}
	if (s.tlsCert == "") != (s.tlsKey == "") {
		return usagef("--tls-cert and --tls-key belong together")
	}
	for _, text := range web.TrustedProxy {
		network, err := readNetwork(text)
		if err != nil {
			return err
		}
		s.proxies = append(s.proxies, network)
	}
	return nil
}

func readNetwork(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if network, err := netip.ParsePrefix(text); err == nil {
		return network.Masked(), nil
	}
	ip, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, usagef("--trusted-proxy %q is neither a network such as 10.0.0.0/8 nor an address", text)
	}
	return netip.PrefixFrom(ip, ip.BitLen()), nil
}

// checkURL wants scheme, host and nothing else, and returns it without final slash.
func checkURL(flag, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return "", usagef("%s %q is not an address such as https://kiosk.example", flag, text)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "", usagef("%s %q must be scheme and host alone", flag, text)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// checkGateway refuses to guess between play money and real money.
func (p *process) checkGateway(s *settings, gateway gatewayFlags) (err error) {
	if s.token, err = p.readSecret("SECPAID_TOKEN", gateway.TokenFile); err != nil {
		return err
	}
	s.gatewayURL = gateway.SecpaidURL
	switch {
	case s.play() && !s.token.empty():
		return usagef("--sandbox is play money and SECPAID_TOKEN is real: which one counts?")
	}
	return nil
}

// hostOf is the host of an address that was checked before.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
