package kiosk

// Head is the last entry of a stream of the journal at some time.
type Head struct {
	Stream string
	Seq    int64
	Hash   string
}
