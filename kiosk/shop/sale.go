package shop

// LinkSecrets is what only the gateway and we know of a link.
type LinkSecrets struct {
	Token string // last part of the webhook address: a crash may come between its making and its use
	Key   string // AES key of its notices: 32 characters
}
