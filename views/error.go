package views

func (p Page) errorTitle(status int) string {
	switch {
	case status == 404 || status == 410:
		return p.T("page.error.missing")
	case status == 401 || status == 403:
		return p.T("page.error.denied")
	case status == 429:
		return p.T("page.error.wait")
	case status < 500:
		return p.T("page.error.input")
	}
	return p.T("page.error.title")
}
