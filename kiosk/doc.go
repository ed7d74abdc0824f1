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
//	room                  owns
//	kiosk                 nouns, pure rules, ports
//	kiosk/shop            the kernel: change and ring, take and store, accounts, health, alarms
//	kiosk/till            what happens at a counter: charge, cart, tip, cancel, refund, shift,
//	                      decisions, screens, devices
//	kiosk/reconcile       what is owed to the gateway or asked of it: links, notices, lists,
//	                      census, audit, payouts, anchors
//	kiosk/office          people, stalls, registers, items, imports, wall, retention, trail
//	kiosk/report          takings, statements, lists of shifts, exports
//	kiosk/store           every line of SQL, for SQLite and PostgreSQL
//	kiosk/secpaid         the SecPaid V2 wire as a client
//	kiosk/sandbox         an embedded SecPaid, sharing no wire with the client
//	kiosk/bus             telling other screens that something changed
//	kiosk/vault           hashes of PINs, seals of secrets
//	static                what browsers load
//	assets                migrations and words
//	views                 what every page is drawn with: words, money and time as text, layout,
//	                      icons, colours, the QR code
//	views/counterview     till, display, receipt, devices and PIN as pages
//	views/officeview      every page of the office, and its files
//	handlers              the table of routes and one handler from it
//	handlers/front        doors, sessions, hub, sockets, errors, metrics
//	handlers/bare         webhooks, health, files: what is for no person
//	handlers/counterweb   what cashiers and customers ask for
//	handlers/officeweb    what people in the office ask for
//	cmd/qrkiosk/assembly  the wiring: opens, runs and closes all rooms
//	cmd/qrkiosk           flags and the commands beside the server
//	cmd/torture           drives and kills the program, checks its books
//
// Imports go one way; a test holds these lines against the imports that are there:
//
//	kiosk/shop            kiosk
//	kiosk/till            kiosk, kiosk/shop
//	kiosk/reconcile       kiosk, kiosk/shop
//	kiosk/office          kiosk, kiosk/shop
//	kiosk/report          kiosk, kiosk/shop
//	kiosk/store           kiosk, assets
//	kiosk/secpaid         kiosk
//	kiosk/sandbox         kiosk
//	kiosk/bus             kiosk
//	kiosk/vault           kiosk
//	views                 kiosk, static, assets
//	views/counterview     kiosk, views, static, assets
//	views/officeview      kiosk, views, static, assets
//	handlers              handlers/front, handlers/bare, handlers/counterweb, handlers/officeweb
//	handlers/front        kiosk, kiosk/shop, kiosk/till, kiosk/reconcile, kiosk/office, kiosk/report,
//	                      views, views/counterview, views/officeview
//	handlers/bare         kiosk, views, views/counterview, static, handlers/front
//	handlers/counterweb   kiosk, kiosk/till, views, views/counterview, handlers/front
//	handlers/officeweb    kiosk, kiosk/till, kiosk/office, kiosk/report, views, views/counterview,
//	                      views/officeview, handlers/front
//	cmd/qrkiosk/assembly  kiosk, kiosk/shop, kiosk/reconcile, kiosk/office, kiosk/store, kiosk/secpaid,
//	                      kiosk/sandbox, kiosk/bus, kiosk/vault, static, views, views/counterview,
//	                      views/officeview, handlers, handlers/front
//	cmd/qrkiosk           cmd/qrkiosk/assembly, kiosk, kiosk/reconcile, kiosk/store, kiosk/secpaid,
//	                      kiosk/sandbox, kiosk/vault, views/officeview
//	cmd/torture           assets
//
// A change of wire, dialect, wording or look stays in one room. For tests there is cmd/qrkiosk/kiosktest:
// installations, clients and a browser, wired by the assembly and imported by tests alone; below it markup,
// by which every test asks pages by selector. Tests of one room lie beside it, those of the whole in
// faults, simulation, screens, evening and bench below cmd/qrkiosk.
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
// # Words
//
// One word, one meaning, in code, comments, tests and documents; what stands behind "not" is not to
// be used for it. Stored names (keys, states, kinds of events, messages, flags, metrics, tables,
// paths of pages) stay as they were first written.
//
// Place and people:
//
//   - installation: one database with all processes that use it, and the four characters that begin
//     its references. Not: house, system, shop
//   - office settings: what the office has set for the whole installation (gateway key, public
//     address, retention, stall accounts). Not: house, config
//   - settings (of the program): flags and variables a process was started with; in cmd alone. Not:
//     config of the house
//   - mode: live (real money) or sandbox (play money); never changes for a database. Not:
//     environment
//   - stall: a seller's place: name, look, terms under which it sells; it has a town and a time
//     zone. Not: place, stand, shop
//   - register: one point of sale of a stall: its sales, numbers, shifts and stream. Not: till,
//     checkout, terminal
//   - till: the cashier's screen of a register and what can be done there. Not: register, counter,
//     POS
//   - display: the customer's screen of a register. Not: screen (alone), face (a till turned to the
//     customer)
//   - screen: what a till, a display or a receipt page shows, read from one snapshot. Not: display,
//     view
//   - sheet (on a screen): what opens over a page, below its header, with a name and a close, and keeps
//     the focus until it closes. Not: dialog, overlay (the customer's screen over a till), menu
//   - tone: what till and display play, one of four for each register. Not: sound (as a screen's ability)
//   - speech: what a customer's screen says aloud, by a voice of the device. Not: say (words for readers of
//     screens), voice (what it is said with)
//   - device: an enrolled tablet (for a till) or display; its cookie holds a secret. Not: client,
//     browser, terminal
//   - ticket: a one-time link that enrols a device. Not: invitation, invite
//   - pairing: a device that waits for its code to be typed: a display's at a till, a tablet's in the
//     office. Not: ticket
//   - wall: the office's page of all registers; a tile is one register on it, a warning what is
//     wrong there. Not: dashboard, trouble
//   - wall client: one socket of the wall. Not: watcher
//   - staff: people with a PIN at a stall: cashiers and managers. Not: crew, person, people, login,
//     user
//   - user: somebody with a password and a second factor in the office: organizer, manager of one
//     stall, or viewer, who reads everything and changes nothing. Not: login, clerk, official, account
//   - role: what staff or a user may do: cashier, manager, viewer, organizer.
//     Not: right, rank
//   - actor: who gives a command: at a register an actor, in the office an office actor. Not: clerk,
//     official, person, "own"
//   - one-time code: what lets somebody sign up: at the first start, on invitation, after a loss.
//     Not: once, token, ticket
//   - sign-up: choosing a password and a second factor behind a one-time code. Not: arrival,
//     admission, enrolment
//   - sign-in: PIN at a till, password and factor in the office; a session follows. Not: login,
//     entering
//   - fleet: stalls, registers and staff together, as a file brings them
//
// Money and goods:
//
//   - amount: Money, whole cents of euro. Not: price (of an item alone), float
//   - item, catalogue: what a stall sells at a fixed price, and all of it. Not: article, product
//   - sold out: of an item, for a day of its stall: tills offer it again the next day. Not: gone (sold
//     no more)
//   - cart: what is being rung up; no sale, no event. Not: basket, open sale
//   - change: to open the cart of a sale again, which ends it as a cancel does, or it has ended; what the
//     cart is charged as comes from it. Not: edit, correct
//   - held, freed: of a sale that comes from another: it has no link while that one may be paid; that one
//     surely cannot be paid any more. Not: blocked, waiting (a sale whose code is on show)
//   - twin: a sale of the same lines and the same amount. Not: double, copy
//   - parked cart: a cart that waits under a name, of the stall and not of a register; no sale
//     either. Not: order, table, tab, held sale
//   - holder: the till at which a parked cart is open; it is given back, taken over or charged. Not:
//     owner, lock
//   - bill: a parked cart that is split: several sales pay it. Not: check, tab
//   - portion: what one of them pays, and what it has of each line; the rest is what no portion
//     stands for. Not: part, share
//   - charge: the cashier's command that begins a sale. Not: authorise: the gateway knows no
//     authorisation apart from the payment
//   - sale: what a customer owes and what became of it. Not: order (what a link is to be),
//     transaction
//   - goods, tip, total: the lines less the discount; what the customer adds; what is asked. Not:
//     sum
//   - share: a split term: what another account gets, in percent or fixed. Not: part
//   - reserved: of a fixed share of a bill: what a portion takes of it, from its charge until its sale has
//     ended unpaid; owed is what no portion has reserved. Not: held, blocked
//   - part: a share worked out in cents for one link; the owner part is what is left for the account
//     of the link. Not: own, share
//   - received, returned, kept: what came by standing rows; what went back; the difference. Not:
//     net, gross
//   - over: what came beyond what was asked. Not: surplus, extra (a second payment on one link)
//   - dispute: a chargeback: money the payer took back, by the gateway's word. Not: refund
//   - refund: a request to send money back; returned only once a negative row tells. Not: storno,
//     reversal, cancel
//
// A sale and its facts:
//
//   - fact: something about a sale that only grows: a link is live or gone, a notice, a row. Not:
//     flag, status
//   - step: one thing that happens to a sale: a fact, a clock or a command. Not: event (its entry in
//     the journal), action
//   - state: computed from the facts by Sale.State, never set. Not: status (a gateway's word)
//   - order number: the short number by which a customer is called up, of a register and a day of its
//     stall, "B 17". Not: number (of a sale), order (what a link is to be)
//   - attempt, link: a try to have a payment link, and the link it led to; a sale has one payable
//     link at most. Not: code, URL
//   - reference: our unique text at the beginning of a link's note at the gateway. Not: number, id
//   - number: of a sale: what people read. Of a link: the gateway's (PayID). Of an account: see
//     below
//   - live, gone: of a link: it exists at the gateway; it surely can no longer be paid. Not: open,
//     closed
//   - retire: make a link surely unpayable. Not: cancel (of a sale), delete
//   - give up: end an attempt without a known link. Not: refuse
//   - link refused: the state of a sale whose last attempt was given up for good (stored refused).
//     Not: RefusedSt, rejected
//   - lapse, cancel: an end that time, or a person, asked for. Not: expire, void
//   - current: the sale a register's screens are about. Not: in hand, open
//   - watched: of a sale: it is not at rest, its clock runs or money may still come. Not: open,
//     restless
//   - proof: what makes a sale paid: a notice that passed the nine tests, the list of used links, a
//     row. Not: evidence, witness (the second look at a vanished row)
//   - confirmed: the gateway's own rows cover what was asked. Not: proven, settled
//   - claim: something says there is money, and no row says how much. Not: proof, lease (of an
//     errand)
//   - trouble: one thing about a sale's money that a person has to decide, a kind and a number. Not:
//     problem (an error in words), alarm, warning, fault
//   - review: the state with an open trouble. Not: case, alarm
//   - case: what was known of a link when a person closed its troubles. Not: review
//   - decision: what a person decided: close, attach, handed over. Not: step
//   - closed, unpaid: the state of a sale whose troubles or case were closed by a person and that is
//     not paid (stored settled). Not: settled
//   - settle: free for the trade's meaning, the gateway's paying out; here it is only ever called
//     payout. Not: resolve, close, flush
//   - other means: the reason of a cancel because the customer pays in another way; no payment here.
//     Not: cash, paid otherwise
//   - method: how the gateway says a row was paid, "card"; "" while it does not say. Not: means
//   - match: word and colour by which customer and cashier see they speak of one sale. Not:
//     comparison of payouts
//
// Work towards the gateway:
//
//   - gateway: SecPaid, or the sandbox in its place; one environment of it, within which link
//     numbers are unique. Not: provider, account
//   - account: an account at the gateway. The main account is the installation's, a stall account
//     that of a stall's owner. Not: own, house's, purse, book, holder, user
//   - account ID: which account: "" the main one, else the ID of a stall account. Not: own, holder
//   - account number: the account's number by the gateway's own count. Not: user id
//   - qualified account: gateway name and account ID in one text, as rows of the gateway are kept
//     by. Not: book
//   - duty: what the facts demand of us at the gateway, computed. Not: task, todo
//   - errand: a stored duty: due time, tries, lease, fence. Not: job, task
//   - lease: for how long a claim on an errand, or a screen, is good; the fence tells a late worker.
//     Not: lock
//   - lead: being the one process that reads the lists for all that share a store. Not: master
//   - idempotency: a repeated command changes nothing: commands carry a key; the gateway has none,
//     so create is called once per attempt
//   - delivery, notice: a POST at a webhook address; what its body says. Not: hook, callback (the
//     payer's way back)
//   - pay-in, row: an entry of the gateway's pay-in list; the same as we keep it. Not: payment,
//     transaction
//   - poll: reading the pay-in list in the background, account by account. Not: sweep, watch,
//     reading, patrol
//   - look: an errand: poll because one link may have brought money. Not: hint (a browser came back,
//     so that a look is asked for)
//   - patrol: the slow rounds beside the poll: codes on show, census, audit, store. Not: sweep
//   - census: reading the unpaid links of a day and comparing them with ours. Not: count, audit
//   - stray: the link of an attempt that was given up, searched for by its reference. Not: stranger
//   - quarantine: links at the gateway with our letters that the database does not know; held until
//     a person decides. Not: stranger, stray
//   - unmatched: a pay-in that belongs to no link of ours; a person resolves it. Not: stranger,
//     settled, foreign (of another system: not kept)
//   - audit: the nightly comparison of 35 days of pay-ins with ours, day by day. Not: reconciliation
//     (wider), verify (of the journal)
//   - reconciliation: everything that holds our facts against the gateway's: poll, look, census,
//     audit, payouts. Not: books
//   - payout: a transfer of the gateway to an account's owner; a payout comparison holds it against
//     our pay-in sums of its day. Not: settlement, match
//   - pay-in sum: rows of one register, account and day of the gateway, added up. Not: listed
//   - away: of the gateway: its calls fail, or one for a sale that waits for its code has had no answer
//     for too long ([AwayOf]). Not: down, offline
//   - circuit, budget, lane: calls that rest after failures; calls of a minute; the order of those
//     that wait. Not: throttle
//
// Sums, reports, journal:
//
//   - figures: the sums of one sale or of any set; they add up field by field. Not: totals, numbers
//   - posting: the change of figures, items and pay-in sums that one step brings; posted in its
//     transaction. Not: booking
//   - takings: posted figures by stall, register, day, hour or staff; a takings table is some days
//     of them by one cut. Not: book, turnover
//   - sold: kept money by item and rate of VAT. Not: sales
//   - shift: the time from opening to closing of a register. Not: session, day
//   - report: what a register took since its last close: X while it runs, Z once the shift is
//     closed, frozen. Not: statement, takings
//   - statement: what a stall is told about some days, payouts included. Not: report, bill
//   - invoice: the gateway's monthly one about fees
//   - export: a long file of sales or events. Not: report
//   - journal, stream: all events; those of one register or of the office, numbered without gaps,
//     chained by hashes. Not: log (of the program), ledger
//   - event: an entry of the journal. Not: step, trace
//   - trace, trail: what an office event says of a change; the office's stream as people search it.
//     Not: log
//   - anchor, head: what the streams ended with, written down outside of the database; the last
//     event of one stream. Not: checkpoint
//   - verify: recomputing journal and sums. Not: audit
//   - snapshot: one read transaction of the store, and the whole screen drawn from it. Not: state
//   - version, epoch: of a stream: grows with each change; of a database: changes with a restore
//   - ring: a message on the bus that a stream has changed; it carries no truth. Not: notify, event
//   - alarm: something people must know or decide, computed; of a sale or of the installation. Not:
//     alert, warning, trouble
//   - mark: a stored oddity of a sale that is no fact of it. Not: flag
//   - problem: an error in words, for a page. Not: trouble
//   - pending writes: rows a transaction gathers before its commit (store). Not: ledger, book
//   - ledger: the sandbox's record of everything it did (its flag is --book). Not: book
//   - purge: removing for good what has been kept for long enough. Not: sweep, retain
//   - retention: for how many days it is kept
//   - restore: a database that took the place of a later one; an event. Not: backup
//
// Verbs:
//
// check… returns an error and changes nothing. may…, is…, has… and adjectives (confirmed, claimed,
// overtaken) return a bool. read… reads into something, …Of and nouns return a value. put… writes
// one row. note… keeps something in memory for health and metrics. take… lets a sale take steps.
// store… writes what the gateway said. No function is called by a bare participle unless it returns
// a bool or a sum (received, returned).
//
// # Decisions
//
// Each decision in three sentences: what, why, what would change it. Those that are about one room
// stand in the package comment of that room.
//
// This package may be larger than others, 7,300 lines instead of 6,000. A sale that takes another's place,
// a cart that is kept, a bill in parts and what its parts owe others are rules about money, and pure; in the
// rooms they would be written once for the counter and again for reports. A rule that one room alone needs
// goes to that room.
//
// Duties are derived. Errands begin and end by comparing the duties before and after a step instead
// of being scheduled by hand in each use case. No path can forget one or leave one behind, and the
// golden histories check them for free. A duty that does not follow from the facts of one sale
// would need another mechanism.
//
// A changed sale is another one, and waits. Its link is a duty only once the fact is stored that the
// sale it comes from surely cannot be paid, and each step of that one brings the fact in its own
// transaction; so no crash and no order of events can leave two links of one cart payable, and none can
// forget a sale that waits. If the gateway could change the amount of a link, it would stay one sale.
//
// A bill takes each fixed share once. The shares are those of one sale of all of it: a portion pays its
// percentages, rounded down as any sale's, and reserves beside them what fits of the fixed shares, in the order
// of the terms; so fixed shares come out to the cent, and a percentage is less by under a cent for each portion,
// or by a few where portions of cents were cancelled, which stays with the owner. A percentage is of one
// portion alone and cannot wait, a fixed share can, and what a sale has reserved is stored with it, so that all
// its links are divided alike. If SecPaid divided several links together, it would do this.
//
// Snapshots are not stored. Screens are drawn from rows in one read transaction after the commit,
// although a row per screen could be written with the change. The rows are the truth already, a
// second copy could only differ, and drawing costs less than the commit. If drawing ever dominates
// the way from webhook to pixel, the row is added in the store.
//
// The current sale is a latch beside the state. A sale that once gave its register up never takes
// it back, even where its state would allow it: late money must not turn the screen of the next
// customer. What became of the newest sale may still be told for a moment while nothing is in hand
// ([ShowsAfter]), but not of late money. Nothing foreseeable changes this.
//
// Figures are booked as changes. What a sale adds to every sum is [Sale.Figures], a pure function;
// each step books the difference it makes into its event, the running totals of the register and
// the rows that reports read, in one transaction, and nothing before there is money or a case. So
// reports are sums of events by construction, [Sale.Figures] of all sales makes the same sum, and
// verify recounts both. If a report ever needs a cut the rows do not have, a table of sums is added
// and filled from the sales.
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
// A split part that went back is not taken off. What went to other accounts at the moment of payment
// stays in its sum when a whole refund is seen, although the gateway takes those parts back too.
// The list shows our own row only, and a sum of facts must not hold what nobody has told us. A list
// that shows every party's rows would end it; until then the statement says so beside the figure.
package kiosk
