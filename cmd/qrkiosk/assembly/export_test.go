package assembly

// What the external tests see of the inside: they play with installations, which this package makes.
type (
	Anchorer = anchorer
	KeyTaker = keyTaker
)

var (
	NewAnchorer     = newAnchorer
	LoadCertificate = loadCertificate
	NewWebServer    = newWebServer
)
