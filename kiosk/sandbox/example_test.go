package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"qrkiosk/kiosk/sandbox"
)

// A test of anybody's client: start a gateway, make a link, let the payer pay, look.
func Example() {
	gateway, err := sandbox.New(sandbox.Config{Accounts: []sandbox.Account{{Name: "Shop", Key: "test-key"}}})
	if err != nil {
		panic(err)
	}
	defer gateway.Close()
	web := httptest.NewServer(gateway.Handler())
	defer web.Close()
	gateway.SetURL(web.URL)

	call := func(name, body string) string {
		req, err := http.NewRequest(http.MethodPost, web.URL+"/api/v2/"+name, strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		req.Header.Set("token", "test-key")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			panic(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			panic(err)
		}
		return string(text)
	}
	call("createLink", `{"amount": 12.50, "recipient_note": "Table 4"}`)
	link := gateway.Links()[0]
	fmt.Println(link.Amount, link.Status)

	if err := gateway.Pay(link.ID); err != nil {
		panic(err)
	}
	fmt.Println(strings.Contains(call("getPayInTransactions", `{}`), `"status":"Success"`))

	gateway.Set(sandbox.TooMany, 1)
	fmt.Println(call("getMyUnusedLinks", `{}`))
	// Output:
	// 12.50 Unused
	// true
	// {"message":"API rate limit exceeded"}
}
