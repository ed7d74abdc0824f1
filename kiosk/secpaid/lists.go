package secpaid

import (
	"context"
	"errors"
	"slices"

	"qrkiosk/kiosk"
)

// searchLimit is generous: a reference is unique, and a list of this length proves no absence.
const searchLimit = 50

type searchLinks struct {
	Limit  int    `json:"limit"`
	Search string `json:"search"`
}

// Find looks for a reference in the lists of unused and used links. The gateway matches parts of
// notes; only a note whose first word is exactly ref counts. The unused links are asked first: a
// link that is paid between the two calls is then seen twice and never missed.
func (c *Client) Find(ctx context.Context, ref string) (kiosk.Findings, error) {
	if ref == "" {
		return kiosk.Findings{}, notSent(kiosk.KeyInternal, errors.New("a search without a reference"))
	}
	unused, err := c.search(ctx, "getMyUnusedLinks", ref, false)
	if err != nil {
		return kiosk.Findings{}, err
	}
	used, err := c.search(ctx, "getMyUsedLinks", ref, true)
	if err != nil {
		return kiosk.Findings{}, err
	}
	return kiosk.Findings{
		Links:    merge(unused.Links, used.Links),
		Complete: unused.Complete && used.Complete,
	}, nil
}

// censusLimit is more unpaid links than a day of a busy market leaves behind.
const censusLimit = 1000

// Unused lists the unpaid links whose note holds search. Errors are those of [kiosk.Gateway].
func (c *Client) Unused(ctx context.Context, search string) (kiosk.Findings, error) {
	if search == "" {
		return kiosk.Findings{}, notSent(kiosk.KeyInternal, errors.New("a census without anything to search for"))
	}
	rows, err := c.list(ctx, kiosk.LaneReports, "getMyUnusedLinks", searchLinks{censusLimit, search})
	if err != nil {
		return kiosk.Findings{}, err
	}
	found := kiosk.Findings{Complete: len(rows) < censusLimit}
	for _, row := range rows {
		o, _ := row.(object)
		if f, ok := c.found(o, false); ok {
			found.Links = append(found.Links, f)
		} else {
			found.Complete = false
		}
	}
	return found, nil
}

// merge lets the list of used links win.
func merge(unused, used []kiosk.Found) []kiosk.Found {
	unused = slices.DeleteFunc(unused, func(f kiosk.Found) bool {
		return slices.ContainsFunc(used, func(u kiosk.Found) bool { return u.PayID == f.PayID })
	})
	return append(used, unused...)
}

func (c *Client) search(ctx context.Context, endpoint, ref string, used bool) (kiosk.Findings, error) {
	rows, err := c.list(ctx, kiosk.LaneLook, endpoint, searchLinks{searchLimit, ref})
	if err != nil {
		return kiosk.Findings{}, err
	}
	found := kiosk.Findings{Complete: len(rows) < searchLimit}
	for _, row := range rows {
		o, ok := row.(object)
		if ok && o.text("recipient_note") != "" && firstWord(o.text("recipient_note")) != ref {
			continue
		}
		f, ok := c.found(o, used)
		if !ok || f.Ref == "" {
			found.Complete = false // one that cannot be read may be ours
			continue
		}
		found.Links = append(found.Links, f)
	}
	return found, nil
}

// found reads a row of a list of links in its short or its full form.
func (c *Client) found(o object, used bool) (kiosk.Found, bool) {
	id, known := o.number("linktopay_id", "id", "pay_id")
	amount, readable := o.money("amount")
	f := kiosk.Found{
		PayID: id, Ref: firstWord(o.text("recipient_note")), Amount: amount, AccountNumber: o.text("user_id"),
		Used: used || o.word("status") == "used", Cancelled: o.flag("is_cancelled"),
	}
	if !f.Used {
		f.URL = c.foundURL(o, id)
	}
	return f, known && readable
}

// foundURL is "" for an address that must not be shown.
func (c *Client) foundURL(o object, id int64) string {
	if !o.has("pay_link") {
		return c.linkAddress(id)
	}
	if !c.rightLink(o.text("pay_link"), id) {
		c.log.Error("gateway lists a link with an address that must not be shown", "link", id)
		return ""
	}
	return o.text("pay_link")
}

// list calls for a list.
func (c *Client) list(ctx context.Context, lane kiosk.Lane, endpoint string, request any) (rows []any, err error) {
	err = c.call(ctx, lane, endpoint, request, func(answer object) (err error) {
		rows, err = answer.rows()
		return err
	})
	return rows, err
}

// rows returns the list of an answer. Null, nothing or an object is not an empty list
// (B192).
func (o object) rows() ([]any, error) {
	rows, ok := o["data"].([]any)
	if !ok {
		return nil, unclear(errors.New("the answer holds no list"))
	}
	return rows, nil
}
