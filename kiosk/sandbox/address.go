package sandbox

import (
	"encoding/base64"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// address is where pages and calls of the gateway are reached.
type address struct {
	mu      sync.Mutex // guards baseURL
	baseURL string     // without final slash
}

func (a *address) set(url string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.baseURL = strings.TrimSuffix(url, "/")
}

func (a *address) url() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.baseURL
}

// payLink is the address of the checkout: standard base64 with padding of the decimal id, not
// percent-encoded, as the vendor writes it.
func (a *address) payLink(id int64) string {
	return a.url() + "/payment?link_id=" + base64.StdEncoding.EncodeToString([]byte(strconv.FormatInt(id, 10)))
}

// qrImage names the vendor's third-party picture; the inner address is not escaped there either.
func (a *address) qrImage(id int64) string {
	return "https://quickchart.io/chart?chl=" + a.payLink(id) + "&chs=300x300&cht=qr"
}

// ownHost is the host:port of the sandbox itself.
func (a *address) ownHost() string {
	u, err := url.Parse(a.url())
	if err != nil || u.Host == "" {
		return ""
	}
	if u.Port() != "" {
		return strings.ToLower(u.Host)
	}
	port := "80"
	if u.Scheme == "https" {
		port = "443"
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

func (a *address) ownName(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if _, err := netip.ParseAddr(host); err == nil || strings.EqualFold(host, "localhost") {
		return true
	}
	u, err := url.Parse(a.url())
	return err == nil && host != "" && strings.EqualFold(host, u.Hostname())
}
