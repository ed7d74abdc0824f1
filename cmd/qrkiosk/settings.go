package main

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"qrkiosk/cmd/qrkiosk/assembly"
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

// check turns flags and variables into settings. Every error is a usageError that names its flag.
func (p *process) check(web webFlags, data dataFlags, gateway gatewayFlags) (s assembly.Settings, err error) {
	s = assembly.Settings{
		Mode: kiosk.Live, Listen: web.Listen, Lan: web.Lan, TLSCert: web.TLSCert, TLSKey: web.TLSKey,
		Data: data.Data, KeyFile: data.KeyFile, Anchors: data.Anchors, SandboxPort: gateway.SandboxPort, Version: buildVersion(),
	}
	s.LocateFiles()
	if gateway.Sandbox {
		s.Mode = kiosk.Sandbox
	}
	if err := p.checkData(&s, data); err != nil {
		return s, err
	}
	if err := checkWeb(&s, web); err != nil {
		return s, err
	}
	return s, p.checkGateway(&s, gateway)
}

// checkData reads the addresses of servers. No error may repeat one: they hold passwords.
func (p *process) checkData(s *assembly.Settings, data dataFlags) (err error) {
	if s.DatabaseURL, err = p.readSecret("QRKIOSK_DATABASE_URL", data.DatabaseURLFile); err != nil {
		return err
	}
	if !s.DatabaseURL.Empty() && !hasScheme(s.DatabaseURL.Reveal(), "postgres", "postgresql") {
		return assembly.Usagef("QRKIOSK_DATABASE_URL is not of the form postgres://user:password@host/database")
	}
	if s.NATSURL, err = p.readSecret("QRKIOSK_NATS_URL", data.NATSURLFile); err != nil || s.NATSURL.Empty() {
		return err
	}
	for address := range strings.SplitSeq(s.NATSURL.Reveal(), ",") {
		if !hasScheme(strings.TrimSpace(address), "nats", "tls", "ws", "wss") {
			return assembly.Usagef("QRKIOSK_NATS_URL is not of the form nats://user:password@host:4222")
		}
	}
	return nil
}

func hasScheme(address string, schemes ...string) bool {
	u, err := url.Parse(address)
	return err == nil && slices.Contains(schemes, u.Scheme)
}

func checkWeb(s *assembly.Settings, web webFlags) (err error) {
	if err := assembly.CheckListen(s.Listen, !s.Play() || s.Lan); err != nil {
		return err
	}
	if s.Lan && !s.Play() {
		return assembly.Usagef("--lan is for play money; a live kiosk listens where --listen says")
	}
	if s.Lan {
		s.Listen = assembly.Widen(s.Listen)
	}
	if s.PublicURL, err = checkURL("--public-url", web.PublicURL); err != nil {
		return err
	}
	if s.TillURL, err = checkURL("--till-url", web.TillURL); err != nil {
		return err
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return assembly.Usagef("--tls-cert and --tls-key belong together")
	}
	for _, text := range web.TrustedProxy {
		network, err := readNetwork(text)
		if err != nil {
			return err
		}
		s.Proxies = append(s.Proxies, network)
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
		return netip.Prefix{}, assembly.Usagef("--trusted-proxy %q is neither a network such as 10.0.0.0/8 nor an address", text)
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
		return "", assembly.Usagef("%s %q is not an address such as https://kiosk.example", flag, text)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "", assembly.Usagef("%s %q must be scheme and host alone", flag, text)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// checkGateway refuses to guess between play money and real money.
func (p *process) checkGateway(s *assembly.Settings, gateway gatewayFlags) (err error) {
	if s.Token, err = p.readSecret("SECPAID_TOKEN", gateway.TokenFile); err != nil {
		return err
	}
	s.GatewayURL = gateway.SecpaidURL
	switch {
	case s.Play() && !s.Token.Empty():
		return assembly.Usagef("--sandbox is play money and SECPAID_TOKEN is real: which one counts?")
	}
	return nil
}
