package counterview

// The addresses at which devices tell how they are.
const (
	PathTillHealth    = "/till/health"    // POST awake, sound, battery, charging
	PathDisplayHealth = "/display/health" // the same
)

// The addresses that pages link to and post to. Fields are named where the form is drawn. Those a report
// leads to are package views'.
const (
	PathTillState   = "/till/state"  // GET: frame as JSON, with ETag
	PathTillLive    = "/till/live"   // websocket
	PathCharge      = "/till/charge" // POST cents, lines, key, note; or amount, item.ID, key, note; and discount, reason
	PathCart        = "/till/cart"   // POST lines, discount: what is being rung up
	PathPark        = "/till/park"   // POST lines, discount, reason, note, parked, key and name: keep it; then "split"
	PathParked      = "/till/parked" // GET the list; POST parked, total, holder: open one
	PathParkedSeen  = "/till/parked/seen"
	PathBillEnd     = "/till/bill/end" // POST parked
	PathBill        = "/till/bill"     // GET parked, and equal or take; POST the same with key and amount: charge this portion
	PathItems       = "/till/items"    // GET the tiles of what is sold
	PathSoldOut     = "/till/soldout"  // POST item, out ("yes" or "no")
	PathCancel      = "/till/cancel"   // POST sale
	PathChange      = "/till/change"   // POST sale, lines: open its cart again; lines are what is rung up on the page that asks
	PathOtherMeans  = "/till/other"    // POST sale: it ends, the customer pays in another way
	PathNoTip       = "/till/notip"    // POST sale: go on without a tip
	PathAside       = "/till/aside"    // POST sale
	PathLook        = "/till/look"     // POST sale: ask the gateway again now
	PathLock        = "/till/lock"     // POST
	PathTillTongue  = "/till/language" // POST lang
	PathSignIn      = "/till/signin"   // GET the page; POST staff, pin
	PathFace        = "/till/face"     // the till turned to the customer
	PathFaceState   = "/till/face/state"
	PathFaceLive    = "/till/face/live"
	PathFaceTip     = "/till/face/tip"    // as PathTip
	PathTone        = "/till/tone"        // POST tone, or speech: on
	PathTest        = "/till/test"        // POST: test everything
	PathTestHeard   = "/till/test/heard"  // POST test, sound, awake, clock: the till heard of it
	PathShiftOpen   = "/till/shift/open"  // POST
	PathDecide      = "/till/sale/decide" // POST sale, do, reason, amount, staff, pin
	PathPair        = "/till/pair"        // GET the form; POST code
	PathPairConfirm = "/till/pair/confirm"

	PathConnect      = "/till/connect"       // GET: the code of a tablet that is no till; a till is led to itself
	PathConnectState = "/till/connect/state" // GET: 204 while nobody has typed the code

	PathTillEnrol    = "/till/enrol"    // POST ticket
	PathDisplayEnrol = "/display/enrol" // POST ticket

	PathGuide        = "/styleguide" // in the demonstration alone: every component in every state
	PathHelp         = "/help"       // how devices become kiosks
	PathDisplayState = "/display/state"
	PathDisplayLive  = "/display/live"
	PathDisplayHeard = "/display/heard"    // POST as PathTestHeard
	PathPairState    = "/display/pairing"  // GET: 204 while nobody has typed the code
	PathLanguage     = "/display/language" // POST lang
	PathTip          = "/display/tip"      // POST sale, and tip (cents) or amount (typed)
)
