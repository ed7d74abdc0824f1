// What is rung up besides the amount being typed: the list of lines, note, discount; and its mirror
// on the customer's screen, which the server draws.

import { digits, discount, faceOff, posted, postedOff, restored } from "./figure.js";

const LATER = 300; // milliseconds without a key before the cart is sent

/** Starts the basket of a till. changed() is called when note or discount have, count(at, qty) when
 * somebody changes a line in the list. */
export function basket(root, { words, habit, changed, count }) {
	const form = document.getElementById("charge");
	const { note, discount: much, reason, unit } = form.elements;
	const sheet = document.getElementById("extra");
	const fault = document.getElementById("extra-fault");
	const face = document.getElementById("extra-face");
	const list = document.getElementById("cart-lines");
	let sent = root.dataset.cart + root.dataset.cartOff;
	let timer = 0;

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
		const told = [off() ? `− ${faceOff(off(), habit)}` : "", note.value.trim()].filter(Boolean).join(" · ");
		face.textContent = told || face.dataset.face;
		face.parentElement.toggleAttribute("data-some", told !== "");
	}

	sheet.addEventListener("input", () => {
		drawExtra();
		changed();
	});
	sheet.addEventListener("click", (e) => {
		const button = e.target.closest("[data-off]");
		if (!button) return;
		much.value = button.dataset.off;
		unit.value = "%";
		if (!button.dataset.off) reason.value = "";
		drawExtra();
		changed();
	});
	sheet.addEventListener("keydown", (e) => {
		if (e.key !== "Enter" || !e.target.matches("input")) return;
		e.preventDefault(); // it would charge
		sheet.hidePopover();
	});
	function complain() {
		sheet.showPopover();
		fault.hidden = false;
		drawExtra();
		(discount(much.value, unit.value) === undefined ? much : reason).focus();
	}

	// The list is drawn with elements alone: names are the office's words.
	function drawList(f) {
		list.replaceChildren(
			...f.lines.map((l, at) => {
				const row = document.createElement("li");
				const name = l.name ?? list.dataset.typed;
				row.append(
					cell("span", name, "called"),
					step("−", words.less.replace("{item}", name), () => count(at, l.qty - 1)),
					cell("b", `${l.qty}`),
					step("+", words.more.replace("{item}", name), () => count(at, l.qty + 1)),
					cell("span", digits(l.qty * l.cents, habit), "sum"),
				);
				return row;
			}),
		);
		if (!f.lines.length) document.getElementById("cart").hidePopover();
	}
	function cell(name, text, look = "") {
		const el = document.createElement(name);
		el.textContent = text;
		el.className = look;
		return el;
	}
	function step(text, label, act) {
		const b = cell("button", text, "small");
		b.type = "button";
		b.ariaLabel = label;
		b.addEventListener("click", act);
		return b;
	}

	// The customer's screen shows what is rung up. A lost post matters to nobody: the next one, or
	// the charge, brings the truth.
	function mirror(f) {
		const now = posted(f) + postedOff(off());
		clearTimeout(timer);
		if (now === sent) return;
		const key = form.elements.key.value;
		timer = setTimeout(() => {
			sent = now;
			const body = new URLSearchParams({ key, lines: posted(f), discount: postedOff(off()), reason: reason.value });
			const headers = { Accept: "application/json" };
			fetch("/till/cart", { method: "POST", body, headers, keepalive: true, signal: AbortSignal.timeout(5000) }).catch(() => {
				sent = "";
			});
		}, LATER);
	}

	return {
		off,
		/** Whether discount and reason are whole; otherwise it says what is missing. */
		ready() {
			if (!wrong()) return true;
			complain();
			return false;
		},
		draw(f) {
			drawExtra();
			drawList(f);
			mirror(f);
		},
		/** Forgets note and discount; a charge has cleared the mirror too. */
		clear(charged = false) {
			for (const field of [note, much, reason]) field.value = "";
			unit.value = "%";
			if (charged) sent = "";
		},
		/** Sends nothing that is older than a charge. */
		hold: () => clearTimeout(timer),
		/** What was being rung up before the page was loaded. */
		restore(find) {
			const before = root.dataset.cartOff;
			unit.value = before && !before.endsWith("%") ? "€" : "%";
			much.value = before.replace("%", "").replace(/\.?0+$/, (zeros) => (zeros.startsWith(".") ? "" : zeros));
			reason.value = root.dataset.cartFor;
			return restored(root.dataset.cart, find);
		},
	};
}
