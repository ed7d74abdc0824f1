package sandbox

import (
	"net"
	"strings"
	"testing"
)

// refusedHosts are addresses inside, outside and in disguise; a webhook reaches none of them
// without leave (B161).
const refusedHosts = `
0.0.0.0 0.0.0.1 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 126.255.255.255 128.0.0.1
169.254.0.1 169.254.169.254 169.254.170.2 168.63.129.16 172.16.0.1 172.31.255.254 192.0.0.1 192.0.2.1 192.88.99.1
192.168.0.1 192.168.255.254 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
1.1.1.1 8.8.8.8 93.184.216.34
:: ::2 ::ffff:0:0 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 ::7f00:1
64:ff9b::7f00:1 64:ff9b::10.0.0.1 2002:7f00:1:: 2001:db8::1 2001::1 2606:4700::1111 fc00::1 fd00::1 fd00:ec2::254
fe80::1 fe80::1%lo fec0::1 ff02::1 ff05::2 ::1%lo
2130706433 017700000001 0x7f000001 0177.0.0.1 0x7f.0.0.1 0x7f.1 127.1 127.0.1 127.0.0.1. 127.0.0.0x1 127.0.0.01 0.0.0.0.0 1.2.3.4.5
`

// TestGuard_addresses: no address but loopback passes both looks, that at the name and that at the
// address which is dialled.
func TestGuard_addresses(t *testing.T) {
	g, err := newGuard(nil)
	if err != nil {
		t.Fatal(err)
	}
	passes := func(host string) bool { return goodHost(host) && g.allows(net.JoinHostPort(host, "80")) }
	hosts := strings.Fields(refusedHosts)
	for _, host := range hosts {
		if passes(host) {
			t.Errorf("%s may be called", host)
		}
	}
	if len(hosts) < 60 {
		t.Errorf("only %d addresses", len(hosts))
	}
	for _, host := range []string{"127.0.0.1", "127.255.255.254", "::1"} {
		if !passes(host) {
			t.Errorf("%s is refused", host)
		}
	}
}
