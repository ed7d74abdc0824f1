package secpaid

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

// authority issues certificates for this machine, and for others.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, key: freshKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err == nil {
		a.cert, err = x509.ParseCertificate(raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func freshKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *authority) issue(ip net.IP, from, to time.Time) tls.Certificate {
	a.t.Helper()
	key := freshKey(a.t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: from, NotAfter: to, IPAddresses: []net.IP{ip},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

// TestFault_F05_badCertificate: with a certificate that is not the gateway's no call is made, no
// other way is tried, and it is known that nothing was sent. A good one shows that the calls would
// have arrived.
func TestFault_F05_badCertificate(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	now, here := time.Now(), net.IPv4(127, 0, 0, 1)
	hour := time.Hour
	for name, c := range map[string]struct {
		cert tls.Certificate
		most uint16
		good bool
	}{
		"good":           {cert: ours.issue(here, now.Add(-hour), now.Add(hour)), good: true},
		"expired":        {cert: ours.issue(here, now.Add(-2*hour), now.Add(-hour))},
		"not yet":        {cert: ours.issue(here, now.Add(hour), now.Add(2*hour))},
		"wrong name":     {cert: ours.issue(net.IPv4(127, 0, 0, 9), now.Add(-hour), now.Add(hour))},
		"unknown issuer": {cert: other.issue(here, now.Add(-hour), now.Add(hour))},
		"old protocol":   {cert: ours.issue(here, now.Add(-hour), now.Add(hour)), most: tls.VersionTLS11},
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int64
			web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `{"ResponseCode":1,"Result":"True","data":[]}`)
			}))
			web.TLS = &tls.Config{Certificates: []tls.Certificate{c.cert}, MaxVersion: c.most, MinVersion: tls.VersionTLS10}
			web.Config.ErrorLog = log.New(io.Discard, "", 0)
			web.StartTLS()
			defer web.Close()
			var said bytes.Buffer
			config := Config{URL: web.URL, Token: "t"}
			logInto(&said)(&config)
			client, err := New(config)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			roots := x509.NewCertPool()
			roots.AddCert(ours.cert)
			client.http.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots
			_, opening := client.Open(t.Context(), order())
			_, reading := client.PayIns(t.Context(), kiosk.PayInQuery{Days: 2})
			if c.good {
				if reading != nil || requests.Load() != 2 {
					t.Errorf("with a good certificate: %v, %d requests", reading, requests.Load())
				}
				return
			}
			wantError(t, opening, kiosk.NotSent, KeyUnreachable)
			wantError(t, reading, kiosk.NotSent, KeyUnreachable)
			if n := requests.Load(); n != 0 {
				t.Errorf("%d requests arrived", n)
			}
			if !bytes.Contains(said.Bytes(), []byte("tls:")) {
				t.Errorf("the log does not say why: %s", said.String())
			}
		})
	}
}
