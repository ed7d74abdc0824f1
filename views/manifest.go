package views

import (
	"encoding/json"

	"qrkiosk/static"
)

// manifest is what a browser wants to know of a page that people put on their home screen.
type manifest struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	StartURL   string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Override   []string       `json:"display_override"`
	Background string         `json:"background_color"`
	Theme      string         `json:"theme_color"`
	Lang       string         `json:"lang"`
	Icons      []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

// TillManifest and DisplayManifest make a till or a display an app of its device.
func TillManifest(p Page) ([]byte, error) {
	return newManifest(p, PathTill, p.T("app.till"), "#f5f4f0", "standalone")
}

// DisplayManifest see [TillManifest]. A display has nothing around it.
func DisplayManifest(p Page) ([]byte, error) {
	return newManifest(p, PathDisplay, p.T("app.display"), DefaultAccent, "fullscreen")
}

func newManifest(p Page, start, name, ground, display string) ([]byte, error) {
	icon := func(file, sizes, kind, purpose string) manifestIcon {
		return manifestIcon{static.Path("icons/" + file), sizes, kind, purpose}
	}
	return json.Marshal(manifest{
		ID: start, Name: name, ShortName: name, StartURL: start, Scope: "/",
		Display: display, Override: []string{display, "standalone"},
		Background: ground, Theme: ground, Lang: p.LangTag(),
		Icons: []manifestIcon{
			icon("icon.svg", "any", "image/svg+xml", "any"),
			icon("icon-192.png", "192x192", "image/png", "any"),
			icon("icon-512.png", "512x512", "image/png", "any"),
			icon("mask-512.png", "512x512", "image/png", "maskable"),
		},
	})
}
