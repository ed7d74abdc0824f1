// Package assembly brings the rooms together to the program: it opens database, key file, gateway,
// bus and front in their order, begins what an empty database lacks, tells people where to go, runs
// everything side by side and closes it in the opposite order. It owns the listener and its fairness,
// the certificate, the lock of the directory of data, the anchors, the sandbox within the process
// and what the demonstration begins with. Commands give it [Settings], tests [Options] too: whatever
// a test has before or in the place of a part is named there, and every installation that a test
// plays with comes from [Build].
//
// It reads no flag and no variable, decides nothing about a sale, and is imported by cmd/qrkiosk and
// by tests alone.
package assembly
