//go:build unix

package main

import "regexp"

var refForm = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{18}$`)

// isRef tells whether a text has the form of a reference of ours.
func isRef(text string) bool { return refForm.MatchString(text) }

// rare are the states and situations of a sale that a run should come by, each told from what is
// stored of the sale.
var rare = map[string]func(s *saleFacts) bool{
	"opening-unclear": func(s *saleFacts) bool { return s.kinds["unclear"] },
	"adopted-by-reference": func(s *saleFacts) bool {
		return s.anyLink(func(l *linkFacts) bool { return l.Unclear && l.Live && !l.GivenUp })
	},
	"second-attempt": func(s *saleFacts) bool { return len(s.Links) > 1 },
	"stray-found":    func(s *saleFacts) bool { return s.anyLink(func(l *linkFacts) bool { return l.GivenUp && l.Live }) },
	"refused":        func(s *saleFacts) bool { return s.had["refused"] },
	"awaiting-aside": func(s *saleFacts) bool { return s.Aside },
	"checking-odd": func(s *saleFacts) bool {
		return s.had["checking"] && s.anyLink(func(l *linkFacts) bool { return l.Odd > 0 })
	},
	"odd-answered-unpaid": func(s *saleFacts) bool { return s.anyLink(func(l *linkFacts) bool { return l.Answered > 0 }) },
	"paid-by-webhook":     func(s *saleFacts) bool { return s.anyLink(func(l *linkFacts) bool { return l.Noticed }) },
	"paid-by-list-alone": func(s *saleFacts) bool {
		return s.state == "paid" && !s.anyLink(func(l *linkFacts) bool { return l.Noticed || l.Used })
	},
	"paid-used-link":     func(s *saleFacts) bool { return s.anyLink(func(l *linkFacts) bool { return l.Used }) },
	"paid-despite":       func(s *saleFacts) bool { return s.state == "paid" && (s.Cancel || s.Lapse) },
	"retiring-unmade":    func(s *saleFacts) bool { return s.Cancel && s.anyLink(func(l *linkFacts) bool { return l.Unclear }) },
	"retiring-told-used": func(s *saleFacts) bool { return s.anyLink(func(l *linkFacts) bool { return l.ToldUsed }) },
	"cancelled":          func(s *saleFacts) bool { return s.state == "cancelled" },
	"lapsed":             func(s *saleFacts) bool { return s.state == "lapsed" },
	"review-late": func(s *saleFacts) bool {
		return s.had["review"] && s.anyLink(func(l *linkFacts) bool { return (l.Gone || l.GivenUp) && len(l.Rows) > 0 })
	},
	"review-extra": func(s *saleFacts) bool {
		return s.had["review"] && s.anyLink(func(l *linkFacts) bool { return len(l.Rows) > 1 })
	},
	"review-short-or-other": func(s *saleFacts) bool {
		return s.state == "review" && s.anyLink(func(l *linkFacts) bool { return len(l.Rows) == 1 && !l.Gone })
	},
}

func (s *saleFacts) anyLink(is func(*linkFacts) bool) bool {
	for i := range s.Links {
		if is(&s.Links[i]) {
			return true
		}
	}
	return false
}

// rareStates counts the sales that came by each.
func (c *checker) rareStates() {
	for name, is := range rare {
		c.Rare[name] = 0
		for _, s := range c.facts.sales {
			if is(s) {
				c.Rare[name]++
			}
		}
	}
}
