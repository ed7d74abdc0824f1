package kiosktest

import (
	"sync"
)

// AtOnce sends the same kind of request n times at a time and returns the answers.
func (g *Guest) AtOnce(n int, path string, fields func(i int) []string) []Response {
	g.H.T.Helper()
	answers := make([]Response, n)
	var wg sync.WaitGroup
	for i := range n {
		alike := &Guest{H: g.H, Client: g.Client, Base: g.Base, Cookies: map[string]string{}}
		for name, value := range g.Cookies {
			alike.Cookies[name] = value
		}
		wg.Go(func() { answers[i] = alike.Script(path, fields(i)...) })
	}
	wg.Wait()
	return answers
}
