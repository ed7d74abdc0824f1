// Package report is what came of it all: takings, statements of stalls, lists of shifts, books and
// exports. It only reads, and what it reads are sums that the transactions of the sales themselves
// have kept, so that every report equals the sum of the journal at every moment. It changes nothing
// but the one link under which a stall's owner may read the statement.
//
// # Decisions
//
// Each decision in three sentences: what, why, what would change it.
//
// Money counts when it is seen. A shift's report is the running total less that of the report
// before, so that late money, refunds and corrections fall into the shift, day and hour in which
// they became known, and a Z report is written once and never changed. The part about sales of
// earlier shifts is told apart. A tax office that wants the day of the payment instead would need a
// second set of rows by the gateway's time.
package report
