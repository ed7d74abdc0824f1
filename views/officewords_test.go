package views

// officeKeys are the keys of the office that the code puts together.
func officeKeys() []string {
	var keys []string
	for _, s := range sections {
		keys = append(keys, "office.nav."+s.key)
	}
	for _, s := range tabs {
		keys = append(keys, "office.tab."+s.key)
	}
	for _, said := range officeSaid {
		keys = append(keys, "office.said."+said)
	}
	for _, step := range officeSteps {
		keys = append(keys, "office.step."+step)
	}
	keys = append(keys, fleetKeys()...)
	return append(keys, "office.home.title", "office.own.title", "office.again.title")
}
