package kiosk

// House is what the office has set for the whole installation.
type House struct {
	Key       GatewayKey
	PublicURL string // as the office says; what the program was started with wins
	Retention Retention
}

// GatewayKey is the API key of the SecPaid account as the office keeps it: sealed, and never shown
// again but for its end.
type GatewayKey struct {
	Sealed  []byte
	Last    string // the last four characters
	Account string // the account's own number, "" while no link has told it
	Set     int64  // Unix milliseconds, 0 never
	SetBy   string // login
	Checked int64  // Unix milliseconds of the last answer that accepted it
}

// Retention says for how many days things are kept; 0 is the default.
type Retention struct {
	Inbox    int // bodies of webhooks as they came
	Sessions int // sessions of people beyond their end
	Notes    int // what cashiers noted on sales
}
