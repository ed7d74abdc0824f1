// The figure a cashier types, as a pure function: press(figure, key) gives the next figure, or why the
// key was not taken. Digits shift in from the right as cents; the mark (comma or dot) turns what was
// typed into whole euros, and the next digits fill the cents. Whole numbers of cents only.

export const MAX = 99_999_999;
const MAX_LINES = 200;
const MAX_COUNT = 9999;

/** An empty figure: finished lines, a first factor as it was typed ({typed, frac}), the digits typed,
 * and the cents behind a mark. */
export const EMPTY = Object.freeze({ lines: Object.freeze([]), factor: null, typed: "", frac: null });

/** What was typed, as a number: cents with a mark, else what the digits say. */
export function value(f) {
	const whole = Number(f.typed || "0");
	return f.frac === null ? whole : whole * 100 + Number(f.frac.padEnd(2, "0"));
}

// A count may stand on either side of ×. The side with a mark is the price; with a mark on both, the
// second is, and the first has to be whole; with none, a first number of a euro and more is. Where that
// last one is not what was meant, the product is still the same.
function priceFirst(f) {
	if (f.frac !== null) return false;
	return f.factor.frac !== null || value(f.factor) >= 100;
}

function whole(side) {
	return side.frac === null || Number(side.frac) === 0;
}

/** Whether what is being typed is a count: a price waits for it. */
export function counts(f) {
	return f.factor !== null && priceFirst(f);
}

/** The line in the making, null while there is none. */
export function line(f) {
	const v = value(f);
	if (v === 0) return null;
	if (f.factor === null) return { qty: 1, cents: v };
	return priceFirst(f) ? { qty: v, cents: value(f.factor) } : { qty: Number(f.factor.typed), cents: v };
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

/** A discount as it was typed, with its unit "%" or "sum": {percent} or {cents}; undefined if it is
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
	const qty = f.factor !== null && value(f) === 0 && !priceFirst(f) ? Number(f.factor.typed) : 1;
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

/** What pressing a key makes of a figure, as [figure, why]. why is "" if the key was taken or means
 * nothing now; else the figure is as it was and why is a word: "mark" (a second mark), "decimals" (a
 * third), "whole" (a count is whole), "factor" (a second ×), "first" (nothing to multiply or to add
 * yet), "too-large" (more than a sale may be). */
export function press(f, key) {
	const next = step(f, key);
	if (typeof next === "string") return [f, next];
	return tooLarge(next) ? [f, "too-large"] : [next, ""];
}

function tooLarge(f) {
	const v = value(f);
	const last = line(f);
	const many = last !== null && last.qty > MAX_COUNT;
	return total(f) > MAX || v > MAX || many || f.lines.length > MAX_LINES;
}

function step(f, key) {
	switch (key) {
		case "mark":
			return mark(f);
		case "back":
			return back(f);
		case "clear":
			return f.typed || f.frac !== null || f.factor ? { ...EMPTY, lines: f.lines } : f.lines.length ? EMPTY : f;
		case "plus":
			return line(f) ? { ...EMPTY, lines: [...f.lines, line(f)] } : f.factor ? "first" : f;
		case "times":
			return times(f);
		default:
			return typed(f, key);
	}
}

function mark(f) {
	if (f.frac !== null) return "mark";
	if (f.factor !== null && !whole(f.factor)) return "whole";
	return { ...f, frac: "" };
}

// All digits of a key are taken, or none.
function typed(f, digits) {
	if (f.frac === null) {
		const next = (f.typed + digits).replace(/^0+/, "");
		return next === f.typed ? f : { ...f, typed: next };
	}
	const next = f.frac + digits;
	return next.length > 2 ? "decimals" : { ...f, frac: next };
}

function times(f) {
	if (f.factor !== null) return "factor";
	return value(f) === 0 ? "first" : { ...EMPTY, lines: f.lines, factor: { typed: f.typed, frac: f.frac } };
}

function back(f) {
	if (f.frac !== null) return f.frac ? { ...f, frac: f.frac.slice(0, -1) } : { ...f, frac: null };
	if (f.typed) return { ...f, typed: f.typed.slice(0, -1) };
	if (f.factor) return { ...EMPTY, lines: f.lines, ...f.factor };
	if (!f.lines.length) return f;
	const last = f.lines.at(-1);
	if (last.item) return count(f, f.lines.length - 1, last.qty - 1);
	return { lines: f.lines.slice(0, -1), ...opened(last) };
}

// A finished line as it is typed: with a mark where a count might be taken for a price.
function opened({ qty, cents }) {
	const plain = { typed: `${cents}`, frac: null };
	if (qty === 1) return { factor: null, ...plain };
	const marked = { typed: `${Math.floor(cents / 100)}`.replace(/^0$/, ""), frac: `${cents % 100}`.padStart(2, "0") };
	return { factor: { typed: `${qty}`, frac: null }, ...(qty < 100 ? plain : marked) };
}

/** Takes a typed line out of the finished ones and makes it what is being typed. */
export function reopened(f, at) {
	const list = lines(f);
	return { lines: list.filter((_, i) => i !== at), ...opened(list[at]) };
}

/** Puts lines back at their places, each {at, line}; null if that is too much. */
export function putBack(f, gone) {
	let list = f.lines;
	for (const { at, line: l } of gone) {
		const same = l.item ? list.findIndex((other) => other.item === l.item) : -1;
		list = same < 0 ? [...list.slice(0, at), l, ...list.slice(at)] : with1(list, same, list[same].qty + l.qty);
	}
	return bounded({ ...f, lines: list });
}

/** What is being typed as one word, "" for nothing: "1250", "12,5", "100x2,5". */
export function typing(f) {
	const side = (s) => s.typed + (s.frac === null ? "" : `,${s.frac}`);
	return (f.factor ? `${side(f.factor)}x` : "") + side(f);
}

/** Reads what typing() wrote behind finished lines; what it cannot be is nothing. */
export function resumed(f, word) {
	const m = /^(?:(\d*)(,\d{0,2})?x)?(\d*)(,\d{0,2})?$/.exec(word);
	if (!m) return f;
	const side = (typed, frac) => ({ typed: typed ?? "", frac: frac === undefined ? null : frac.slice(1) });
	const factor = word.includes("x") ? side(m[1], m[2]) : null;
	const next = { ...f, factor, ...side(m[3], m[4]) };
	return tooLarge(next) || (factor && value(factor) === 0) ? f : next;
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
	return counts(f) ? { text: `${value(f)}`, money: false } : { text: digits(value(f), habit), money: true };
}

/** The grey line above the entry; empty while a single amount is typed. */
export function formula(f, habit, off = null) {
	const parts = f.lines.map((l) => (l.qty === 1 ? "" : `${l.qty} × `) + digits(l.cents, habit));
	if (f.factor) parts.push(`${counts(f) ? digits(value(f.factor), habit) : Number(f.factor.typed)} × …`);
	else if (parts.length) parts.push("…");
	if (off && !parts.length) parts.push("…");
	return parts.join(" + ") + (off ? ` − ${faceOff(off, habit)}` : "");
}
