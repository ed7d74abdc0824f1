// Package secpaid speaks the SecPaid V2 wire as a client: it makes, finds and deletes payment
// links, reads the gateway's lists, files refunds, and reads the webhook bodies the gateway sends.
// It owns the forms of requests and answers, the classification of every answer into done,
// refused, not sent, too many or unclear, the encryption of webhooks, and the budget of calls.
//
// It must not decide anything about a sale, store anything, repeat a call by itself, or share a
// line with the sandbox. What is known of the gateway's wire, and from where, stands in wire.md beside
// this file; "the nine tests" are those of a notice that may count as proof (package kiosk).
//
// Three rules hold everywhere:
//
// A POST is made once. There is no idempotency key on this wire, so the transport must not be
// able to replay a body, redirects are not followed, and a failure is told apart by one question:
// did the body begin to leave this machine? If not, nothing was done; if it did, nobody knows.
//
// Decisions rest on status and codes. Texts may be localised; the single exception, what a delete
// answers, is one small table beside [Client.Retire] and degrades to "unknown".
//
// Amounts are decimal text turned into integer cents. What is not plain decimal is not an amount.
package secpaid
