package secpaid

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
)

// The vendor serves the API and the payment pages of an environment from hosts of one domain.
// The environments are kept apart: a development link in answer to a live call is play money.
const (
	liveDomain = "secpaid.com"
	devDomain  = "dev.secpaid.com"
)

// linkHosts lists the hosts a payment link may point at.
func linkHosts(base *url.URL, configured string) []string {
	if configured != "" {
		return []string{plainHost(strings.ToLower(configured))}
	}
	host := plainHost(strings.ToLower(base.Host))
	switch {
	case strings.HasSuffix(host, "."+devDomain):
		return []string{host, "app." + devDomain}
	case strings.HasSuffix(host, "."+liveDomain):
		return []string{host, "app." + liveDomain}
	}
	return []string{host}
}

// plainHost leaves out the port that https has anyway.
func plainHost(host string) string { return strings.TrimSuffix(host, ":443") }

// rightLink tells whether an address may be drawn as a QR code: https (http only where the
// gateway itself is reached by http, which is loopback), an expected host, no user information,
// and exactly one link_id, which is the padded base64 of the link's number.
func (c *Client) rightLink(text string, id int64) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Opaque != "" || u.Fragment != "" {
		return false
	}
	if u.Scheme != "https" && (u.Scheme != "http" || c.base.Scheme != "http") {
		return false
	}
	query, err := url.ParseQuery(u.RawQuery)
	ids := query["link_id"]
	return err == nil && c.expectsHost(u.Host) && len(ids) == 1 && ids[0] == linkID(id)
}

func (c *Client) expectsHost(host string) bool {
	host = plainHost(strings.ToLower(host))
	for _, h := range c.hosts {
		if host == h {
			return true
		}
	}
	return false
}

// linkAddress builds the address of a link's payment page, for lists that leave it out.
func (c *Client) linkAddress(id int64) string {
	host := c.hosts[len(c.hosts)-1]
	return c.base.Scheme + "://" + host + "/payment?link_id=" + linkID(id)
}

func linkID(id int64) string {
	return base64.StdEncoding.EncodeToString([]byte(strconv.FormatInt(id, 10)))
}
