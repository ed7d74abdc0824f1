package assembly

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is a pair of files, read again when one of them changes. Connections that stand keep
// the certificate they began with.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	read    [2]stamp
	Current *tls.Certificate
	Warned  time.Time
}

const (
	certificateSoon  = 14 * 24 * time.Hour // before its end it is told
	certificateAgain = 24 * time.Hour      // until it is told again
)

// stamp tells whether a file is still the one that was read.
type stamp struct {
	changed time.Time
	size    int64
}

func stampOf(file string) (stamp, error) {
	info, err := os.Stat(file)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.ModTime(), info.Size()}, nil
}

// loadCertificate reads the pair for the first time; then it must be right.
func loadCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.refresh(); err != nil {
		return nil, Usagef("the certificate cannot be used: %w", err)
	}
	return c, nil
}

// Config looks at the files at every handshake: two looks at the file system are nothing beside it.
func (c *certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if err := c.refresh(); err != nil {
				c.log.Warn("the new certificate cannot be used, the old one stays", "err", err)
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.Current, nil
		},
	}
}

// refresh reads the pair if a file has changed. A pair that does not fit, as while only one of the
// two has been replaced, is reported once and tried again at the next change.
func (c *certificate) refresh() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var now [2]stamp
	for i, file := range []string{c.certFile, c.keyFile} {
		var err error
		if now[i], err = stampOf(file); err != nil && c.Current == nil {
			return err
		}
	}
	defer c.Warn(time.Now())
	if now == c.read {
		return nil
	}
	c.read = now
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	if c.Current != nil {
		c.log.Info("the certificate was read again", "file", c.certFile)
	}
	c.Current, c.Warned = &pair, time.Time{}
	return nil
}

// Warn tells once a day that the certificate in use ends soon, or has ended.
func (c *certificate) Warn(now time.Time) {
	if c.Current == nil || c.Current.Leaf == nil || now.Sub(c.Warned) < certificateAgain {
		return
	}
	if ends := c.Current.Leaf.NotAfter; ends.Sub(now) < certificateSoon {
		c.Warned = now
		c.log.Error("the certificate ends soon: renew it", "file", c.certFile, "ends", ends.UTC().Format(time.DateTime))
	}
}
