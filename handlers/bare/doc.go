// Package bare answers what is for no person: the gateway's webhooks, health, readiness, metrics, files
// that browsers load, and the few pages that are the same for everybody. A webhook gets the same empty
// answer whatever it says, always after the commit; here is no session and no cookie.
package bare
