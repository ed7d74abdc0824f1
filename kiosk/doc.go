// Package kiosk is the domain of a point of sale that takes SecPaid payments by QR code: money,
// sales with their facts and states, registers and their devices, people, shifts, the journal, the
// errands towards the gateway, and the ports to everything outside. It has nouns and pure rules and
// no use case: what people and clocks set going lies in the rooms below it, which stand on a small
// kernel and never call one another. It imports the standard library alone and must never know HTTP,
// SQL or the gateway's wire: it names what it needs as interfaces ([Store], [Gateway], [Accounts],
// [Bus], [Vault]) and others provide it.
//
// # The house
//
// Imports go one way; a test holds this table against the real import graph.
//
//	room             owns                                                  imports of ours
//	kiosk            nouns, pure rules, ports                              nothing
//	kiosk/shop       the kernel: change and ring, take and store,
//	                 accounts, health, alarms                              kiosk
//	kiosk/till       what happens at a counter: charge, cart, tip,
//	                 cancel, refund, shift, decisions, screens, devices    kiosk, kiosk/shop
//	kiosk/reconcile  what is owed to the gateway or asked of it: links,
//	                 notices, lists, census, audit, payouts, anchors       kiosk, kiosk/shop
//	kiosk/office     people, stalls, registers, items, imports, wall,
//	                 retention, trail                                      kiosk, kiosk/shop
//	kiosk/report     takings, statements, lists of shifts, exports         kiosk, kiosk/shop
//	kiosk/store      every line of SQL, for SQLite and PostgreSQL          kiosk, assets
//	kiosk/secpaid    the SecPaid V2 wire as a client                       kiosk
//	kiosk/sandbox    an embedded SecPaid, sharing no wire with the client  kiosk (Money alone)
//	kiosk/bus        telling other screens that something changed          kiosk
//	kiosk/vault      hashes of PINs, seals of secrets                      kiosk
//	static           what browsers load                                    nothing
//	assets           migrations and words                                  nothing
//	views            pages, words, money and time as text, the QR code     kiosk, static, assets
//	handlers         routes, sessions, guards, hub, sockets, metrics       kiosk, its rooms, views, static
//	cmd/qrkiosk      configuration and wiring, tests of the whole          everything
//	cmd/torture      drives and kills the program, checks its books        assets
//
// // A change of wire, dialect, wording or look stays in one room.
//
// # A sale
//
// The state of a sale is computed from its facts by [Sale.State] and set by nothing. Facts from
// outside (a link is live or gone, an authentic notice, a pay-in row, a dispute) only grow, and
// commute: any order and any repetition give the same state. Commands (charge, cancel, refund,
// close) are refused by the state or become facts. [Sale.Take] is the only way to change what a sale
// is; it is pure and returns everything that has to be stored. Beside it the next sale takes a paid one
// off the screens, and retention drops old notes and secrets: nothing is computed from those. There is
// one way to become paid: a webhook, the list of used links and the list of pay-ins all become a [Step].
//
// The first condition that fits is the state:
//
//	 1 review      a trouble that no person closed and no standing refund answers: late or claimed
//	               money on a link that is out, a short sum, an extra payment, 24 hours without a
//	               row, a row withdrawn, a dispute, a bank transfer open for 14 days
//	 2 refunded    proven value, and all of it went back
//	 3 refunding   a refund stands that negative rows have not met
//	 4 paid        proven value of at least what was asked
//	 5 settled     any trouble or closed case is left
//	 6 retiring or checking   a bank transfer is pending
//	 7 retiring    cancel or lapse was asked for and a link is not surely gone
//	 8 cancelled or lapsed    the same, and every link is gone
//	 9 asking      no attempt was made yet
//	10 refused     the last attempt was given up for good
//	11 cancelled   the last attempt's link is gone, unspent
//	12 opening     its link is not known yet
//	13 checking    the gateway says used, or something claims money, or an odd delivery waits
//	14 awaiting    its link can be paid
//
// testdata/states.txt holds every situation × every step, testdata/histories.txt whole histories;
// both are tests, and property tests permute and repeat facts.
//
// # Proof
//
// A webhook proves a payment only if it passes nine tests: it came to the secret address of this
// link (1), encryption was ordered (2), it is whole blocks of at most 4 KiB (3) with right padding
// (4) around one strict JSON value (5) that names our link (6), our amount (7), our account (8) and
// success, while the link is known (9). Tests 1 to 5 are the address's and the wire's
// ([Notice].Authentic), the others are [Link.Believes]. Everything else that arrives makes the sale
// checking, whatever it says, and has the gateway's lists read: a screen that changed only for
// well-padded bodies would be an oracle.
//
// # Work towards the gateway
//
// What the facts demand of us is computed too: [Sale.Duties]. An errand row exists exactly as long
// as its duty, is stored in the transaction that makes the duty, and counts a try before it is
// made. SecPaid has no idempotency key, so create is called once per attempt; an unclear outcome is
// searched for by the attempt's reference and either adopted or, after the settle time, given up
// for a new attempt under a new reference. One loop reads the pay-in list for everybody, because
// the gateway allows sixty calls a minute.
//
// # Accounts of stalls
//
// A stall may sell with an account of its owner ([StallAccount]): then its links are made with the owner's
// key and the money goes straight there. All accounts live at one gateway, where the number of a link
// is unique, so that a link is what it was; what differs is the key of a call. [Stall.AccountID] says
// which one the next link is made with, and [Link.AccountID] with which one a link was made: it is asked,
// searched, deleted, refunded and read back with that one for ever. A row, a list or a census says
// nothing about links of another account; lists are read account by account and wait, fail and pause
// alone. Payouts, invoices, audit days, unmatched rows and links nobody knows are kept in the book of
// their account.
//
// The key of an account that ended is kept for as many days as the keys of links, but never fewer than
// the audit looks back, and longer while any of its links is watched. A key that cannot be opened, then
// or by mischance, counts as a gateway that is away: nothing is begun with it, and nothing is ever taken
// as absent because of it.
//
// # The wall
//
// The office's wall shows hundreds of registers and pushes over a socket of its own, on which
// nothing is ever said to the server. What travels is never a difference: a tile is the whole
// drawing of one register with a version of its own, which grows whenever the drawing changes.
//
//	frame  {"epoch", "now", "lease", "count", "sum", "tiles", "order", "head", "news"}
//	tiles  those with a newer version than was written to this very socket: {"id", "v", "html"}
//	order  every tile there is, worst trouble first; left out while it has not changed
//	head   what stands above the tiles; the same
//	news   the alarms of the house above that, "" for none; the same
//
// The server remembers per socket which version of each tile it has written, and makes the next
// frame only once the last one is written: a slow reader skips versions and never sees an old one
// behind a new one, and the first frame of a socket has everything. After each frame the page must
// have count tiles whose versions add up to sum; if it has not, it asks for a new socket. Rings of
// a fifth of a second are drawn together. Everything is read again every five seconds, since time
// alone makes troubles; a page that hears nothing for a lease says so.
//
// # Decisions
//
// Each decision in three sentences: what, why, what would change it.
//
// Duties are derived. Errands begin and end by comparing the duties before and after a step instead
// of being scheduled by hand in each use case. No path can forget one or leave one behind, and the
// golden histories check them for free. A duty that does not follow from the facts of one sale
// would need another mechanism.
//
// Snapshots are not stored. Screens are drawn from rows in one read transaction after the commit,
// although a row per screen could be written with the change. The rows are the truth already, a
// second copy could only differ, and drawing costs less than the commit. If drawing ever dominates
// the way from webhook to pixel, the row is added in the store.
//
// The current sale is a latch beside the state. A sale that once gave its register up never takes
// it back, even where its state would allow it. Late money must not turn the screen of the next
// customer. Nothing foreseeable changes this.
//
// A lapse waits for a list. A link that may be paid lapses only behind a reading of the pay-in list
// that began after its time was up and found nothing. That covers start, outage and slow webhooks
// with one rule instead of a timer for each. If the gateway cannot be read for long, the cashier's
// cancel is the way out, and if that proves too slow at real counters, a limit is added.
//
// A webhook address reads 32 odd deliveries. After that many deliveries that are no proof, further
// bodies are only counted and the lists decide, counted per delivery and not per different body. It
// bounds what an attacker can ask and needs no count of bodies on the hot path. A gateway that sends
// harmless odd events in numbers would change the number.
//
// Strays have errands, strangers are put aside. An attempt that was given up without a clear outcome
// is searched for by its own reference for a day, and every ten minutes a census of the unpaid links that
// begin with our letters, of today and yesterday, finds what no errand knows: after a restore of every
// day since. A link the database does not know is kept in quarantine and deleted by a person or by
// nobody, since only the gateway remembers why it was made.
//
// Readings overlap, and nothing is remembered between them. Every reading of the pay-in list begins
// behind the oldest link it asks about, frequent ones asking about young links alone, rare ones about
// all that are not at rest or ended in three days, and the nightly audit about 35 days page by page. A
// watermark could be lost or moved too far, and a row that is read twice is the same fact. Accounts
// with more than a few thousand payments a day would want one.
//
// A payment that vanished needs two witnesses. The audit withdraws a row only behind a list that was
// read to its end, and after the list of that one link does not hold it either; a list that lost more
// than twenty is not believed at all. Un-paying a sale by mistake costs more than being late. If the
// gateway ever says that it deleted a row, that word would replace the second look.
//
// Rows of others on the account are not ours to list. A pay-in without a link of ours is unmatched if
// its note is empty or begins with our letters; one with another note belongs to another system. A web
// shop on the same account would otherwise fill the list that people are to look at. Should a gateway
// garble notes, the rule has to go.
//
// A code may end at the gateway. Though codes are ordered without a cancel button, once a minute the
// list of unpaid links is asked whether those on show are still in it, and one that is in neither list
// twice counts as gone. No webhook tells of a cancel, and a register must not wait for a dead code. If
// the gateway sends a webhook for it one day, the look becomes rare.
//
// Alarms are computed. What people have to know follows from facts, from stored rows of the audit and
// from how gateway and store answer, each time a screen is drawn; only oddities that are no facts of a
// sale have rows of their own. A flag could be left behind or forgotten. An alarm that must be
// acknowledged by name would need a row.
//
// The journal is anchored outside of the database. The server writes down what each stream ends with,
// sealed with the key file, when a shift closes and every day; a database that does not hold what was
// anchored is treated as one that was brought back. A chain of hashes alone cannot show that its end
// was cut and written anew. A notary or another machine that takes the anchors would make the copying
// by hand needless.
//
// A restore is an event. It changes the epoch, ends every session and leaves a row that makes the next
// rounds look at the gateway for what happened since, however the database was exchanged. The gateway's
// book is the only other one there is. Nothing foreseeable changes this.
//
// One process reads the lists. Of several processes that share a store the one that holds the lead
// reads the pay-in list for all; errands are claimed by whoever is free. The gateway counts calls
// per account and one list serves everybody. If the budget itself has to be shared, it moves to the
// store in the same way.
//
// A cart is no sale. What is rung up is mirrored to the display through a row of its own, without an
// event, and the charge clears it in its own transaction; a late copy is recognised by the key of
// its charge. Customers see prices while they are typed, and the journal holds only what was asked
// of somebody. If carts are to be parked or moved between registers, they become things with an ID.
//
// A till says which price it showed. The catalogue's price is the one that is charged, but a charge
// whose till showed another one is refused and written down instead of being corrected silently.
// Nobody is charged what no screen said, neither by an edited page nor by a price that changed a
// second ago. Items whose price the cashier types would need a mark of their own.
//
// The opening test posts to itself. The test's webhook goes to the public address and comes in by
// the handlers of real ones, screens answer by an ordinary request on hearing of it. That proves our
// side and says so in words, since only a payment proves the gateway's. If SecPaid offers a test
// delivery, that takes its place.
//
// A payout status may change. Rows of the gateway are kept as first seen, except for the word about
// their payout, which follows the list through a step of its own. It decides nothing, and statements
// need it. Should more of a row prove to change, rows become versions.
//
// Handlers know templ's component type. They render what views draws and need its interface, which
// is the runtime's and not ours. Hiding it behind a type of our own would add a name and no wall. If
// views ever draws without templ, the type changes in both rooms.
//
// Device cookies are lax, sessions strict. A link from elsewhere may open a till or a display, and a
// strict cookie would make it look like a stranger and show a pairing code. What commands need, the
// session, stays strict, and every unsafe request is checked for its origin besides. A browser that
// keeps device secrets in another way would end the difference.
//
// An unreadable row is not an answer. When the client meets a pay-in row it cannot read, the page
// is not taken as complete, so that no link is called unpaid because of it. The gateway's rows are
// outside our control and a wrong "unpaid" brings a code back that was paid. A list form that is
// read without doubt makes the rule moot.
//
// Numbers follow the place, words the person. A stall says whose number format its pages use and a
// browser or customer chooses the language. Two people at one counter must read the same digits in
// the same places. A stall that sells across borders from one register would want both to follow
// the person.
//
// Figures are booked as changes. What a sale adds to every sum is [Sale.Figures], a pure function;
// each step books the difference it makes into its event, the running totals of the register and
// the rows that reports read, in one transaction, and nothing before there is money or a case. So
// reports are sums of events by construction, [Sale.Figures] of all sales makes the same sum, and
// verify recounts both. If a report ever needs a cut the rows do not have, a table of sums is added
// and filled from the sales.
//
// Money counts when it is seen. A shift's report is the running total less that of the report
// before, so that late money, refunds and corrections fall into the shift, day and hour in which
// they became known, and a Z report is written once and never changed. The part about sales of
// earlier shifts is told apart. A tax office that wants the day of the payment instead would need a
// second set of rows by the gateway's time.
//
// What is kept is shared among the lines in proportion. VAT and items are sums of what is left of
// the money, so that a part that went back lessens every line alike. The gateway's refunds name no
// lines, and the cents of the parts always make the whole. Refunds of named lines would book them
// instead.
//
// A refund belongs to a link. SecPaid takes one request per link, so each payment of a sale may be
// refunded once, money that came too late before any other, and a request whose answer was lost
// counts as done and is asked about again by a person alone. After that question "already
// requested" means that the first one arrived; before it, that somebody asked elsewhere. A gateway
// with a key against repeats and a status of requests would make both rules go.
//
// Payouts are held against sums of a day. What the gateway's list holds is added up by the gateway's
// own day in the transaction that stores a row, and a payout is compared with the sum of its day. Rows
// do not say which payout they are part of, and reading a month of sales for every look at the office
// would take seconds. A list that names the payout of each row would allow to match them one by one.
//
// A newer key of a known account replaces the older one. Accounts are told apart by their number at the
// gateway, and a key with a known number counts for links of before as well; as long as no link has told
// the number, every key is an account of its own. Renewing a key cuts the older one off at once, so that
// open links could not be read any more. If keys overlapped, each link could stay with its own.
//
// Each account has a circuit, all share the budget. A gateway that fails for one account keeps nobody
// else from selling, while its limit of calls is per address too, so that where several accounts are
// busy each list is read so much less often. One stall's trouble must not be another's. A limit per
// account alone would give each a budget.
//
// On an owner's account only what begins with our letters is ours. Rows without a note are unmatched on
// the house's account alone. The owner's other business is nobody's in the office. An owner who wants to
// be told of lost notes would change it.
//
// A share of ours is kept beside the unmatched rows. What the house's account gets of a link that was
// made with a stall's account is stored with the sale's number and settled at once: it counts in no sum
// of sales and is part of what a payout is compared with. The sale has heard of its payment by the list
// of its own account. Commission that is to be a book of its own would become one.
//
// A body in chunks ends its connection. Chunks beside a length are to be read as chunks and noted, because
// proxies differ about which of the two counts; net/http forgets that there was a length, so every HTTP/1
// request in chunks is the last one of its connection, and what a proxy took for part of the body is never
// read. A server library that told of both framings would let the others keep their connections.
//
// Silence of the second witness is no answer. A look whose list of used links could not be read comes again
// within ten seconds, however many looks there were: tries that died with their process made a payment that
// no row told of wait for five minutes. A list of pay-ins that names every payment would need no witness.
//
// A split part that went back is not taken off. What went to other accounts at the moment of payment
// stays in its sum when a whole refund is seen, although the gateway takes those parts back too.
// The list shows our own row only, and a sum of facts must not hold what nobody has told us. A list
// that shows every party's rows would end it; until then the statement says so beside the figure.
package kiosk
