// The figure a cashier types, as a pure function: press(figure, key) gives the next figure.
// Digits shift in from the right as cents; the mark (comma or dot) turns what was typed into whole
// euros, and the next digits fill the cents. Whole numbers of cents only.

export const MAX = 99_999_999;
const MAX_LINES = 200;
const MAX_COUNT = 9999;

/** An empty figure: finished lines, a first factor, the digits typed, and the cents behind a mark. */
export const EMPTY = Object.freeze({ lines: Object.freeze([]), factor: null, typed: "", frac: null });

/** The number in the entry: cents, or a count while a price waits for its quantity. */
export function value(f) {
	const whole = Number(f.typed || "0");
	return f.frac === null ? whole : whole * 100 + Number(f.frac.padEnd(2, "0"));
}

/** The line in the making, null while there is none. */
export function line(f) {
	const v = value(f);
	if (v === 0) return null;
	if (f.factor === null) return { qty: 1, cents: v };
	return f.factor.price ? { qty: v, cents: f.factor.value } : { qty: f.factor.value, cents: v };
}

/** Every line, the one in the making included. */
export function lines(f) {
	const last = line(f);
	return last ? [...f.lines, last] : f.lines;
}

/** The total in cents, less a discount ({percent} in hundredths, or {cents}). */
export function total(f, off = null) {
	const sum = lines(f).reduce((all, l) => all + l.qty * l.cents, 0);
	return off ? Math.max(0, sum - taken(off, sum)) : sum;
}

function taken(off, sum) {
	return off.percent ? Math.floor((sum * off.percent + 5000) / 10000) : off.cents;
}

/** A discount as it was typed, with its unit "%" or "€": {percent} or {cents}; undefined if it is
 * none that could be meant. Nothing typed is null. */
export function discount(text, unit) {
	const t = text.trim();
	if (t === "" || /^0*$/.test(t)) return t === "" ? null : undefined;
	const m = /^(\d{1,6})(?:[.,](\d{1,2}))?$/.exec(t);
	if (!m) return undefined;
	const v = Number(m[1]) * 100 + Number((m[2] ?? "").padEnd(2, "0"));
	if (v === 0 || (unit === "%" && v > 10000)) return undefined;
	return unit === "%" ? { percent: v } : { cents: v };
}

/** A discount as the server reads it. */
export function postedOff(off) {
	if (!off) return "";
	const v = off.percent ?? off.cents;
	return `${Math.floor(v / 100)}.${`${v % 100}`.padStart(2, "0")}${off.percent ? "%" : ""}`;
}

/** A discount as people read it. */
export function faceOff(off, habit) {
	return off.percent ? `${digits(off.percent, habit).replace(/[.,]00$/, "")}\u00a0%` : digits(off.cents, habit);
}

/** Adds one of an item, or as many as a count says that waits ("3 ×"); null if that is too much.
 * What was typed before it is finished first. */
export function add(f, item) {
	const counts = f.factor !== null && !f.factor.price && value(f) === 0;
	const qty = counts ? f.factor.value : 1;
	const before = lines(f);
	const at = before.findIndex((l) => l.item === item.id);
	const next = at < 0 ? [...before, { qty, cents: item.cents, item: item.id, name: item.name }] : with1(before, at, before[at].qty + qty);
	return bounded({ ...EMPTY, lines: next });
}

/** Sets how many there are of a finished line; none takes it out. null if that is too much. */
export function count(f, at, qty) {
	if (qty < 1) return { ...f, lines: f.lines.filter((_, i) => i !== at) };
	return bounded({ ...f, lines: with1(f.lines, at, qty) });
}

function with1(list, at, qty) {
	return list.map((l, i) => (i === at ? { ...l, qty } : l));
}

function bounded(f) {
	const many = f.lines.length > MAX_LINES || f.lines.some((l) => l.qty > MAX_COUNT);
	return many || total(f) > MAX ? null : f;
}

/** Reads what posted() wrote; find(id) tells the name of an item. */
export function restored(text, find) {
	const list = text.split(" ").filter(Boolean).map((word) => {
		const [price, item] = word.split("@");
		const [cents, qty = 1] = price.split("x").map(Number).reverse();
		const name = item && find(item);
		return item ? { qty, cents, item, name } : { qty, cents };
	});
	return { ...EMPTY, lines: list.filter((l) => !l.item || l.name) };
}

/** Whether something was begun that is no amount yet: "2 ×". */
export function unfinished(f) {
	return f.factor !== null && value(f) === 0;
}

/** The lines as the server reads them: "350 2x400 120 1x380@item". */
export function posted(f) {
	return lines(f)
		.map((l) => (l.qty === 1 && !l.item ? `${l.cents}` : `${l.qty}x${l.cents}${l.item ? `@${l.item}` : ""}`))
		.join(" ");
}

/** What pressing a key makes of a figure; the same figure if the key means nothing now, and
 * null if the sum would be more than a sale may be. */
export function press(f, key) {
	const next = step(f, key);
	if (next === f) return f;
	const v = value(next);
	const counts = next.factor !== null && (next.factor.price ? v : next.factor.value) > MAX_COUNT;
	return total(next) > MAX || v > MAX || counts || next.lines.length > MAX_LINES ? null : next;
}

function step(f, key) {
	switch (key) {
		case "mark":
			return f.frac !== null || f.factor?.price ? f : { ...f, frac: "" };
		case "back":
			return back(f);
		case "clear":
			return f.typed || f.frac !== null || f.factor ? { ...EMPTY, lines: f.lines } : f.lines.length ? EMPTY : f;
		case "plus":
			return line(f) ? { ...EMPTY, lines: [...f.lines, line(f)] } : f;
		case "times":
			return times(f);
		default:
			return [...key].reduce(digit, f);
	}
}

function digit(f, d) {
	if (f.frac !== null) return f.frac.length < 2 ? { ...f, frac: f.frac + d } : f;
	const typed = (f.typed + d).replace(/^0+/, "");
	return typed === f.typed ? f : { ...f, typed };
}

// Which of two factors is the price? One with a mark, or of a euro and more. Where this guesses
// wrong the product is still the same.
function times(f) {
	const v = value(f);
	if (v === 0 || f.factor !== null) return f;
	return { ...EMPTY, lines: f.lines, factor: { value: v, price: f.frac !== null || v >= 100 } };
}

function back(f) {
	if (f.frac !== null) return f.frac ? { ...f, frac: f.frac.slice(0, -1) } : { ...f, frac: null };
	if (f.typed) return { ...f, typed: f.typed.slice(0, -1) };
	if (f.factor) return { ...f, factor: null, typed: `${f.factor.value}` };
	if (!f.lines.length) return f;
	const last = f.lines.at(-1);
	if (last.item) return count(f, f.lines.length - 1, last.qty - 1);
	const factor = last.qty === 1 ? null : { value: last.qty, price: false };
	return { lines: f.lines.slice(0, -1), factor, typed: `${last.cents}`, frac: null };
}

/** Money as the place writes it; habit is [decimal mark, grouping, before, after]. */
export function money(cents, habit) {
	return habit[2] + digits(cents, habit) + habit[3];
}

export function digits(cents, habit) {
	const whole = `${Math.floor(cents / 100)}`.replace(/\B(?=(\d{3})+$)/g, habit[1]);
	return whole + habit[0] + `${cents % 100}`.padStart(2, "0");
}

/** The entry: its digits, and whether they are money. */
export function entry(f, habit) {
	return f.factor?.price ? { text: `${value(f)}`, money: false } : { text: digits(value(f), habit), money: true };
}

/** The grey line above the entry; empty while a single amount is typed. */
export function formula(f, habit, off = null) {
	const parts = f.lines.map((l) => (l.qty === 1 ? "" : `${l.qty} × `) + digits(l.cents, habit));
	if (f.factor) parts.push(`${f.factor.price ? digits(f.factor.value, habit) : f.factor.value} × …`);
	else if (parts.length) parts.push("…");
	if (off && !parts.length) parts.push("…");
	return parts.join(" + ") + (off ? ` − ${faceOff(off, habit)}` : "");
}
