package assembly

import (
	"log/slog"
	"net/netip"
	"net/url"
	"path/filepath"

	"qrkiosk/kiosk"
)

// Settings are what a server runs with, checked. Printing them shows no secret.
type Settings struct {
	Mode        kiosk.Mode
	Listen      string
	Lan         bool
	PublicURL   string // without final slash, "" if nobody reaches us from outside
	TillURL     string // without final slash, "" if it is the public one
	TLSCert     string
	TLSKey      string
	Proxies     []netip.Prefix
	Data        string // directory
	KeyFile     string
	Anchors     string
	DatabaseURL Secret // empty: SQLite in data
	NATSURL     Secret // empty: this process is alone
	GatewayURL  string
	Token       Secret
	SandboxPort uint16
	Version     string // of the program
}

// LogValue names what a start of the program depends on.
func (s Settings) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("mode", string(s.Mode)), slog.String("listen", s.Listen),
		slog.String("public_url", s.PublicURL), slog.String("till_url", s.TillURL),
		slog.String("tls_cert", s.TLSCert), slog.Any("trusted_proxy", s.Proxies),
		slog.String("data", s.Data), slog.String("key_file", s.KeyFile),
		slog.String("anchors", s.Anchors),
		slog.Any("database_url", s.DatabaseURL), slog.Any("nats_url", s.NATSURL), slog.String("secpaid_url", s.GatewayURL),
		slog.Any("secpaid_token", s.Token),
	)
}

// DatabaseFile is where SQLite keeps it.
func (s Settings) DatabaseFile() string { return filepath.Join(s.Data, "qrkiosk.db") }

// pathOfDatabase is the same, "" if the database is a server's.
func (s Settings) pathOfDatabase() string {
	if s.DatabaseURL.Empty() {
		return s.DatabaseFile()
	}
	return ""
}

func (s Settings) bookFile() string { return filepath.Join(s.Data, "sandbox.book") }

// Play tells whether the money is play money.
func (s Settings) Play() bool { return s.Mode == kiosk.Sandbox }

// LocateFiles puts files that were not named into the directory of the data.
func (s *Settings) LocateFiles() {
	if s.KeyFile == "" {
		s.KeyFile = filepath.Join(s.Data, "key")
	}
	if s.Anchors == "" {
		s.Anchors = filepath.Join(s.Data, "anchors")
	}
}

// hostOf is the host of an address that was checked before.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
