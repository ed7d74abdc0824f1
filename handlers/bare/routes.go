package bare

import (
	"qrkiosk/handlers/front"
	"qrkiosk/static"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// Routes are the lines of the table that no wing has.
func (b *Bare) Routes() []front.Route {
	return []front.Route{
		{Method: "POST", Path: front.PathHook + "{token}", Who: front.Anybody, Way: front.WayBare, Do: front.Plainly(b.hook)},
		{Method: "GET", Path: "/healthz", Who: front.Anybody, Way: front.WayBare, Do: front.Plainly(b.health)},
		{Method: "GET", Path: "/readyz", Who: front.Anybody, Way: front.WayBare, Do: front.Plainly(b.readiness)},
		{Method: "GET", Path: "/metrics", Who: front.Anybody, Way: front.WayBare, Do: front.Plainly(b.figures)},
		{Method: "GET", Path: static.Root + "*", Who: front.Anybody, Way: front.WayPlain, Do: front.Plainly(b.static)},
		{Method: "GET", Path: views.PathBrand + "{name}", Who: front.Anybody, Way: front.WayPlain, Do: b.brand},
		{Method: "GET", Path: "/sw.js", Who: front.Anybody, Way: front.WayPlain, Do: b.worker},
		{Method: "GET", Path: "/till.webmanifest", Who: front.Anybody, Way: front.WayPlain, Do: b.tillManifest},
		{Method: "GET", Path: "/display.webmanifest", Who: front.Anybody, Way: front.WayPlain, Do: b.displayManifest},
		{Method: "GET", Path: "/offline", Who: front.Anybody, Way: front.WayPlain, Do: b.offline},
		{Method: "GET", Path: counterview.PathGuide, Who: front.Anybody, Do: b.guide},
		{Method: "GET", Path: counterview.PathHelp, Who: front.Anybody, Do: b.help},
		{Method: "GET", Path: views.PathPicture + "{id}", Who: front.Anybody, Way: front.WayPlain, Do: b.picture},
	}
}
