// Package till is what happens at a counter: a cashier signs in at an enrolled tablet, opens a shift,
// charges, cancels, refunds and decides; a customer answers the question for a tip; tills, displays
// and receipts are read as screens. It owns the commands of people and devices of a register and
// nothing that is owed to or asked of the gateway: a command is refused by the state of its sale, or
// becomes facts from which the gateway's errands follow. It never calls the gateway and never waits
// for it.
//
// # Decisions
//
// Each decision in three sentences: what, why, what would change it.
//
// A cart is no sale, parked or not. What is rung up is mirrored to the display through a row of its own,
// without an event, and the charge clears it in its own transaction; a late copy is recognised by the key of
// its charge or parking, and every other page that had the cart in hand empties its own. A parked cart
// is a thing with an ID that belongs to the stall: parking takes it off its register, opening holds it at
// one, and the charge of that one removes it, each in one transaction and of the version that was read, so
// that of two tills one is refused. Customers see prices while they are typed, a page that is loaded anew goes
// on where it was, and the journal holds only what was asked of somebody. If a parked cart must be owed
// beyond its day, it becomes a sale of another kind.
//
// Changing a sale fills the register's cart. The cart remembers the number of its sale until it is
// charged or emptied, so that it survives a reload and is the same on every page of the register; a cart
// in which something is being rung up is never overwritten. It is not parked:
// whoever charged it elsewhere would have to wait for a link of another register. If parked carts keep the
// number of a sale they came from, they may be.
//
// What is left of a bill is computed. A parked cart that is split keeps what each portion has of its lines and
// the sale that it became, an ordinary one; the rest is the whole less the portions whose sales have not ended
// unpaid. A portion that is cancelled or lapses is to be paid again without anybody putting it back, and
// no state of a sale knows of bills; what is still to take of fixed shares follows from the same sales.
// Limit, discount and prices are decided for the whole, with the first portion; terms are those of the moment a
// portion is charged at, because one whose recipient SecPaid refuses could not be paid before the next day.
// What is owed when the day ends, or when somebody says that the rest is settled in another way, is told at the
// till and written down when it was read; if somebody has to be paid it by us, it becomes a debt with a page of
// its own.
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
package till
