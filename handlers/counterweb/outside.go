package counterweb

import (
	"context"
	"net"
	"net/http"
)

// newOutside is the client of that one call. It goes where it is told and nowhere else.
func newOutside(dial func(ctx context.Context, network, addr string) (net.Conn, error)) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: dial, DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
