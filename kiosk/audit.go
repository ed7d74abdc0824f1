package kiosk

const (
	// AuditDays is how many days back the audit compares our rows with the gateway's.
	AuditDays       = 35
	mostDifferences = 50 // named for one day
)

// Pseudo holds for rows that stand for a flag or a disappearance and were never in the list.
func (r Row) Pseudo() bool { return r.Amount == 0 }

// Differ notes a difference, and only counts beyond what people read.
func (d *AuditDay) Differ(x Difference) {
	if len(d.Differences) == mostDifferences {
		d.More++
		return
	}
	d.Differences = append(d.Differences, x)
}
