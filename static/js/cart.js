// What is rung up besides the amount being typed: the lines in sight, note, discount, what was just
// removed; and their mirror on the customer's screen, which the server draws.

import { digits, discount, faceOff, lines as all, money, posted, postedOff, restored, resumed, total, typing } from "./figure.js";

const LATER = 300; // milliseconds without a key before the cart is sent
const REGRET = 10_000; // milliseconds in which what was removed can be brought back

/** Starts the cart of a till. out(id) tells whether an item is sold out. changed() is called when note or
 * discount have, count(at, qty) when somebody changes a line, reopen(at) when a typed line is to be typed anew, empty() and back(lines)
 * when all of it goes, and when what went is to come back, which it answers with whether there was room. */
export function cart(root, { words, habit, held, out, changed, count, reopen, empty, back }) {
	const form = document.getElementById("charge");
	const { note, discount: much, reason, unit } = form.elements;
	const sheet = document.getElementById("extra");
	const fault = document.getElementById("extra-fault");
	const face = document.getElementById("extra-face");
	const box = document.getElementById("cart");
	const list = document.getElementById("cart-lines");
	const bar = document.getElementById("cart-bar");
	const strip = document.getElementById("removed");
	let sent = "";
	let parked = ""; // ID of the parked cart that is open here
	let timer = 0;
	let gone = null; // what was removed: its lines with their places, and note and discount with the last of them
	let regret = 0;

	function off() {
		return discount(much.value, unit.value) ?? null;
	}

	function wrong() {
		if (discount(much.value, unit.value) === undefined) return words.off;
		return off() && reason.value.trim() === "" ? words.reason : "";
	}

	function drawExtra() {
		fault.textContent = fault.hidden ? "" : wrong();
		fault.hidden = fault.textContent === "";
		sheet.querySelector("[data-off='']").hidden = much.value === "";
		for (const b of sheet.querySelectorAll("[data-why]")) b.setAttribute("aria-pressed", `${b.dataset.why === reason.value.trim()}`);
		const told = [off() ? `− ${faceOff(off(), habit)}` : "", note.value.trim()].filter(Boolean).join(" · ");
		face.textContent = told || face.dataset.face;
		face.parentElement.toggleAttribute("data-some", told !== "");
	}

	sheet.addEventListener("input", () => {
		drawExtra();
		changed();
	});
	sheet.addEventListener("click", (e) => {
		const button = e.target.closest("[data-off], [data-why], .go");
		if (!button) return;
		const { off: part, why } = button.dataset;
		if (why) reason.value = why;
		else if (part === undefined) {
			if (!wrong()) return;
			e.preventDefault(); // the reason is asked for where the discount is made
			return complain();
		} else {
			much.value = part;
			unit.value = "%";
			if (!part) reason.value = "";
		}
		drawExtra();
		changed();
	});
	sheet.addEventListener("keydown", (e) => {
		if (e.key !== "Enter" || !e.target.matches("input")) return;
		e.preventDefault(); // it would charge
		sheet.hidePopover();
	});
	function complain() {
		if (!sheet.matches(":popover-open")) sheet.showPopover();
		fault.hidden = false;
		drawExtra();
		(discount(much.value, unit.value) === undefined ? much : reason).focus();
	}

	box.addEventListener("click", (e) => {
		const button = e.target.closest("[data-cart]");
		if (!button) return;
		const at = [...list.children].indexOf(button.closest("li"));
		switch (button.dataset.cart) {
			case "less":
				return step(at, -1);
			case "more":
				return step(at, 1);
			case "price":
				open(false);
				return reopen(at);
			case "empty":
				return empty();
			case "undo":
				return undo();
		}
	});
	bar.addEventListener("click", () => open(!box.hasAttribute("data-open")));
	addEventListener("resize", () => bar.checkVisibility() || open(false));

	let shown = [];
	function step(at, by) {
		const line = shown[at];
		if (!line) return;
		if (line.qty + by < 1) removed([{ at, line }]);
		count(at, line.qty + by);
	}

	// On small screens the cart is behind its bar.
	function open(yes) {
		if (yes === box.hasAttribute("data-open")) return;
		box.toggleAttribute("data-open", yes);
		bar.ariaExpanded = `${yes}`;
		if (!yes) return held.free(box);
		held.hold([bar, form.querySelector("#go"), box], () => open(false));
		box.focus({ preventScroll: true });
	}

	/** Remembers what goes, so that it can come back. */
	function removed(lines) {
		if (!lines.length) return;
		const last = lines.length === shown.length;
		if (last && parked) return givenBack();
		gone = { lines, extra: last ? { much: much.value, unit: unit.value, reason: reason.value, note: note.value } : null };
		clearTimeout(regret);
		regret = setTimeout(() => {
			forget();
			changed();
		}, REGRET);
		const n = lines.reduce((sum, l) => sum + l.line.qty, 0);
		const text = lines.length === 1 ? words.removed.replace("{item}", nameOf(lines[0].line)) : words.emptied.replace("{n}", n);
		strip.firstElementChild.textContent = text;
		strip.hidden = false;
	}
	// An open parked cart that is emptied waits again as it was: bringing it back is opening it.
	function givenBack() {
		forget();
		for (const field of [note, much, reason]) field.value = "";
		strip.firstElementChild.textContent = words["given-back"];
		strip.lastElementChild.hidden = true;
		strip.hidden = false;
		gone = {};
		regret = setTimeout(() => {
			forget();
			changed();
		}, REGRET);
	}
	function forget() {
		strip.lastElementChild.hidden = false;
		clearTimeout(regret);
		gone = null;
		strip.hidden = true;
	}
	// What there is no room for stays what it is, and can be asked for again.
	function undo() {
		const { lines, extra } = gone;
		if (!back(lines)) return;
		forget();
		if (extra && !much.value) {
			much.value = extra.much;
			unit.value = extra.unit;
			reason.value = extra.reason;
		}
		if (extra) note.value ||= extra.note;
		changed();
	}

	function nameOf(l) {
		return l.name ?? list.dataset.typed;
	}

	// Rows are kept while their line stays, so that a hurried hand meets the same button again.
	function drawList(f) {
		const moved = f.lines.findIndex((l, at) => shown[at] !== l);
		shown = f.lines;
		while (list.children.length > f.lines.length) list.lastElementChild.remove();
		f.lines.forEach((l, at) => drawLine(list.children[at] ?? newRow(), l));
		if (moved >= 0) list.children[moved].scrollIntoView({ block: "nearest" });
	}
	function newRow() {
		const row = document.getElementById("cart-line").content.firstElementChild.cloneNode(true);
		list.append(row);
		return row;
	}
	function drawLine(row, l) {
		const part = (name) => row.querySelector(`.${name}`);
		const name = nameOf(l);
		part("called").textContent = name;
		part("called").title = name;
		part("called").lang = l.item ? list.dataset.lang : "";
		part("each").textContent = l.item ? words.each.replace("{price}", digits(l.cents, habit)) : `${digits(l.cents, habit)} ·`;
		if (out(l.item)) part("each").append(` · ${list.dataset.out}`);
		part("anew").hidden = Boolean(l.item);
		part("anew").ariaLabel = `${part("anew").textContent}: ${digits(l.cents, habit)}`;
		part("less").ariaLabel = words.less.replace("{item}", name);
		part("more").ariaLabel = words.more.replace("{item}", name);
		part("qty").textContent = `${l.qty}`;
		part("sum").textContent = digits(l.qty * l.cents, habit);
	}

	function drawFoot(f) {
		const set = (id, text, hide = text === "") => {
			const el = document.getElementById(id);
			el.lastElementChild.textContent = text;
			el.hidden = hide;
			return el;
		};
		const every = all(f);
		const made = every.length > f.lines.length ? every.at(-1) : null;
		const sum = every.reduce((s, l) => s + l.qty * l.cents, 0);
		set("cart-typing", made && f.lines.length ? digits(made.qty * made.cents, habit) : "");
		const less = set("cart-off", off() && sum ? `−${digits(sum - total(f, off()), habit)}` : "");
		less.firstElementChild.textContent = [words.discount, off() ? faceOff(off(), habit) : "", off()?.percent ? `· ${reason.value.trim()}` : reason.value.trim()]
			.filter(Boolean)
			.join(" ");
		set("cart-note", note.value.trim());
		const n = every.reduce((s, l) => s + l.qty, 0);
		const pieces = n ? words[n === 1 ? "piece" : "pieces"].replace("{n}", n) : "";
		document.getElementById("cart-count").textContent = pieces;
		document.getElementById("cart-total").textContent = digits(total(f, off()), habit);
		bar.querySelector(".n").textContent = pieces || strip.firstElementChild.textContent;
		bar.querySelector(".sum").textContent = money(total(f, off()), habit);
		const some = f.lines.length > 0 || gone !== null || (made !== null && (off() !== null || note.value.trim() !== ""));
		root.toggleAttribute("data-rung-up", some);
		box.hidden = !some;
		if (!some) open(false);
		bar.disabled = !some;
	}

	// A discount ends with the last line: it was given on something that is not there any more.
	function drop(f) {
		if (all(f).length || shown.length === 0) return;
		for (const field of [much, reason]) field.value = "";
		unit.value = "%";
	}

	// The customer's screen shows what is rung up. A lost post matters to nobody: the next one, or
	// the charge, brings the truth.
	function mirror(f) {
		const fields = { lines: posted(f), discount: postedOff(off()), note: note.value, typing: typing(f), parked };
		const { emptied } = document.getElementById("devices").dataset; // a cart from before is sold by now
		const now = fields.lines + fields.discount + fields.note + fields.typing;
		clearTimeout(timer);
		if (now === sent) return;
		const body = new URLSearchParams({ key: form.elements.key.value, ...fields, reason: reason.value, emptied });
		const send = () => {
			sent = now;
			const headers = { Accept: "application/json" };
			fetch("/till/cart", { method: "POST", body, headers, keepalive: true, signal: AbortSignal.timeout(5000) }).catch(() => {
				sent = "";
				parked ||= fields.parked;
			});
		};
		// With its last line a parked cart is given back: what follows is another cart.
		const ends = parked && all(f).length === 0;
		if (ends) parked = "";
		if (ends) send();
		else timer = setTimeout(send, LATER);
	}

	return {
		off,
		removed,
		parked: () => parked,
		/** Whether discount and reason are whole; otherwise it says what is missing. */
		ready() {
			if (!wrong()) return true;
			complain();
			return false;
		},
		draw(f) {
			drop(f);
			drawExtra();
			drawList(f);
			drawFoot(f);
			mirror(f);
		},
		/** Forgets note and discount. After a charge the mirror is cleared too, and nothing comes back. */
		clear(charged = false) {
			for (const field of [note, much, reason]) field.value = "";
			unit.value = "%";
			if (!charged) return;
			sent = "";
			parked = "";
			forget();
			open(false);
		},
		/** Sends nothing that is older than a charge. */
		hold: () => clearTimeout(timer),
		/** What was being rung up and typed before the page was loaded, or was opened now. */
		restore(find, data = root.dataset) {
			const before = data.cartOff;
			sent = data.cart + before + data.cartNote + data.cartTyping; // the server has it
			parked = data.parked;
			unit.value = before && !before.endsWith("%") ? "sum" : "%";
			much.value = before.replace("%", "").replace(/\.?0+$/, (zeros) => (zeros.startsWith(".") ? "" : zeros));
			reason.value = data.cartFor;
			note.value = data.cartNote;
			const f = restored(data.cart, find);
			const word = data.cartTyping;
			return word ? resumed({ ...f, lines: f.lines.slice(0, -1) }, word) : f;
		},
	};
}
