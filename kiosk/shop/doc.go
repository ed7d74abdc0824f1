// Package shop is the kernel that the rooms of the use cases stand on. [Kernel] changes a stream and
// rings after the commit, lets a sale take a step and stores what follows, and wakes who sleeps. Three
// parts of it have a state of their own: [Accounts] opens the accounts of stalls, [Condition] knows how
// gateway and store answer, [Alarms] computes what people have to know. It has no use case of its own
// and knows none of the rooms; what two of them need and the domain cannot say belongs here.
//
// # Decisions
//
// Each decision in three sentences: what, why, what would change it.
//
// Alarms are computed. What people have to know follows from facts, from stored rows of the audit and
// from how gateway and store answer, each time a screen is drawn; only oddities that are no facts of a
// sale have rows of their own. A flag could be left behind or forgotten. An alarm that must be
// acknowledged by name would need a row.
package shop
