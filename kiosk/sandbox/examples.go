package sandbox

import "strings"

// Example is a call to try, as a line for a shell.
type Example struct {
	What    string
	Command string
}

// examples shows one call of each way in which people send their fields. KEY, URL and TOKEN are
// filled in by [Examples]. The third is what a browser's fetch makes of an object, the fourth what
// PHP's http_build_query makes of nested arrays.
var examples = []Example{
	{"JSON", `curl -sS -H 'token: KEY' -H 'Content-Type: application/json' -d '{"amount": 49.99, "recipient_note": "Invoice 1234", "cancellable": true}' URL/api/v2/createLink`},
	{"form", `curl -sS -H 'token: KEY' -d amount=49.99 -d 'recipient_note=Invoice 1234' -d bank_transfer=false URL/api/v2/createLink`},
	{"JSON as fetch sends it", `curl -sS -H 'token: KEY' -H 'Content-Type: application/json;charset=UTF-8' -H 'Origin: https://shop.example' --data-raw '{"amount":100,"split_type":"absolute","recipients":[{"token":"TOKEN","share":60}],"is_qr_link":false,"callback_url":"https://shop.example/done"}' URL/api/v2/createSplitLink`},
	{"form as PHP builds it", `curl -sS -H 'token: KEY' -g -d 'amount=100.00&split_type=normal&recipients[0][token]=TOKEN&recipients[0][share]=2.5&cancellable=1' URL/api/v2/createSplitLink`},
	{"multipart form", `curl -sS -H 'token: KEY' -F amount=12.50 -F 'recipient_note=Two coffees' URL/api/v2/createLink`},
	{"list", `curl -sS -X POST -H 'token: KEY' URL/api/v2/getMyUnusedLinks`},
	{"pay the link as its customer would", `curl -sS -d link_id=LINK URL/control/pay`},
	{"let two nights pass, so that a payout is made", `curl -sS -d advance=2d URL/control/clock`},
}

// Examples lists calls to try at the base address url with the key of an account and the recipient
// token of another one. LINK stands where the number of a link belongs.
func Examples(url, key, token string) []Example {
	fill := strings.NewReplacer("URL/", url+"/", "KEY", key, "TOKEN", token)
	list := make([]Example, len(examples))
	for i, e := range examples {
		list[i] = Example{e.What, fill.Replace(e.Command)}
	}
	return list
}
