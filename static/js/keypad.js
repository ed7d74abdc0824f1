// The keypad: keys and hardware keys to a figure, the figure to the screen, Charge to the server.

import { cart } from "./cart.js";
import { add, count, digits, EMPTY, entry, formula, money, posted, postedOff, press, putBack, reopened, total, unfinished } from "./figure.js";
import { post } from "./post.js";
import { tiles } from "./tiles.js";

const HARDWARE = {
	Backspace: "back",
	Escape: "clear",
	Delete: "clear",
	"+": "plus",
	"*": "times",
	x: "times",
	"×": "times",
	",": "mark",
	".": "mark",
};
const BUSY = ["asking", "opening", "awaiting", "checking"];

/** Starts the keypad of a till; connection is what live() gave, turned what face() gave, held what sheets() gave. */
export function keypad(root, connection, turned, held) {
	const form = document.getElementById("charge");
	const go = document.getElementById("go");
	const fault = document.getElementById("fault");
	const figure = document.getElementById("figure");
	const line = document.getElementById("formula");
	const keys = document.getElementById("keys");
	const habit = JSON.parse(root.dataset.habit);
	const words = connection.words;
	let now = EMPTY;
	let flying = false;
	let waited = false;

	const shelf = tiles({ take: (item) => change(add(now, item)), turned: () => draw(), changed: () => restocked() });
	const bag = cart(root, {
		words,
		habit,
		held,
		out: (id) => shelf.out(id),
		changed: () => draw(),
		count: (at, qty) => change(count(now, at, qty)),
		reopen: (at) => change(reopened(now, at)),
		empty: () => emptied(),
		back: (lines) => change(putBack(now, lines)),
	});
	now = bag.restore(shelf.name);

	function waits() {
		return BUSY.includes(document.getElementById("side").dataset.nowState);
	}

	function say(text) {
		fault.textContent = text;
		fault.hidden = text === "";
	}

	function draw() {
		const sum = total(now, bag.off());
		if (waited && !waits()) say("");
		waited = waits();
		const shown = big(sum);
		figure.querySelector(".digits").textContent = shown.text;
		figure.className = `big n${Math.min(12, Math.max(4, shown.text.length))}`;
		figure.toggleAttribute("data-count", !shown.money);
		line.firstElementChild.textContent = formula(now, habit, bag.off());
		line.hidden = line.textContent === "";
		go.textContent = sum ? words.charge.replace("{amount}", money(sum, habit)) : go.dataset.face;
		go.disabled = sum === 0 || unfinished(now) || flying || waits() || connection.stale();
		shelf.draw(now.lines);
		bag.draw(now);
	}

	// Among the tiles nobody types: there the total is the big figure.
	function big(sum) {
		const idle = now.typed === "" && now.frac === null && now.factor === null;
		return idle && form.dataset.pane === "items" ? { text: digits(sum, habit), money: true } : entry(now, habit);
	}

	function change(next) {
		if (flying) return false;
		say(next === null ? words["too-large"] : "");
		now = next ?? now;
		draw();
		return next !== null;
	}

	function key(name) {
		const empty = now.typed === "" && now.frac === null && now.factor === null;
		if (name === "clear" && empty) return emptied();
		const [next, why] = press(now, name);
		change(next);
		if (why) refuse(name, why);
	}

	// A key that is not taken shakes with the figure, and says why.
	function refuse(name, why) {
		if (flying) return;
		say(words[why] ?? words[`key.${why}`]);
		for (const el of [figure, keys.querySelector(`[data-key="${name}"]`)]) shake(el);
	}

	function shake(el) {
		el?.classList.remove("shake");
		void el?.offsetWidth;
		el?.classList.add("shake");
	}

	// The whole cart goes, and can be brought back.
	function emptied() {
		if (flying) return;
		bag.removed(now.lines.map((line, at) => ({ at, line })));
		bag.clear();
		change(EMPTY);
	}

	async function charge() {
		if (flying) return;
		if (connection.stale()) return say(words.offline);
		if (waits()) return say(words.busy);
		if (total(now, bag.off()) === 0 || unfinished(now)) return say(words.zero);
		if (!bag.ready()) return;
		flying = true;
		bag.hold();
		go.setAttribute("aria-busy", "true");
		say("");
		draw();
		const fields = { cents: `${total(now, bag.off())}`, lines: posted(now), discount: postedOff(bag.off()), parked: bag.parked() };
		if (turned.always()) fields.face = "1";
		const { frame, error } = await post(form, { fields });
		flying = false;
		go.removeAttribute("aria-busy");
		if (frame) accepted(frame);
		else refused(error);
		draw();
	}

	// Only now may the command key change: until the server has said yes, another press of Charge
	// must be the same charge.
	function accepted(frame) {
		now = EMPTY;
		bag.clear(true);
		if (frame.key) form.elements.key.value = frame.key;
		connection.take(frame);
	}

	// The catalogue has changed under our hands: what is sold now is fetched, and items at a price
	// that holds no more are taken out, so that nobody charges them unseen.
	async function refused(error) {
		say(error.text || words.unreachable);
		if (error.key.startsWith("item-")) await fetched();
	}
	const fetched = () => shelf.fetch();
	function restocked() {
		const out = now.lines.find((l) => shelf.out(l.item));
		if (out) say(words.soldout.replace("{item}", out.name));
		now = { ...now, lines: now.lines.filter((l) => !l.item || shelf.price(l.item) === l.cents) };
		draw();
	}

	form.addEventListener("submit", (e) => {
		e.preventDefault();
		charge();
	});
	keys.addEventListener("mousedown", (e) => e.preventDefault());
	keys.addEventListener("click", (e) => {
		const button = e.target.closest("[data-key]");
		if (button) key(button.dataset.key);
	});
	document.addEventListener("keydown", (e) => {
		if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || root.inert) return;
		if (e.target.closest("input, [popover]")) return;
		const name = /^[0-9]$/.test(e.key) ? e.key : HARDWARE[e.key];
		if (e.key === "Enter" && !e.target.closest("button, a")) {
			e.preventDefault();
			if (!e.repeat) charge();
		} else if (name) {
			e.preventDefault();
			press1(keys.querySelector(`[data-key="${name}"]`));
			key(name);
		}
	});

	// A hardware key is seen on the screen's keypad too.
	function press1(button) {
		button?.classList.add("down");
		setTimeout(() => button?.classList.remove("down"), 120);
	}

	// The cart was charged elsewhere: what stood in it is sold.
	function sold() {
		if (flying) return;
		now = EMPTY;
		bag.clear(true);
		draw();
	}

	// A cart was opened here: pages that stand already take it in hand.
	function opened(data) {
		if (flying) return;
		bag.clear(true);
		now = bag.restore(shelf.name, data);
		draw();
	}

	// Parking takes the cart off the register, as a charge does. To be split it goes to a page of its own.
	const parking = document.getElementById("park-form");
	parking.addEventListener("submit", async (e) => {
		e.preventDefault();
		if (flying) return;
		flying = true;
		bag.hold();
		const { key, note, reason } = form.elements;
		const fields = { key: key.value, note: note.value, reason: reason.value, lines: posted(now), discount: postedOff(bag.off()), parked: bag.parked() };
		const { frame, error } = await post(parking, { submitter: e.submitter, fields });
		flying = false;
		if (e.submitter?.value) return say(error.text || words.lost);
		const why = document.getElementById("park-fault");
		why.textContent = error ? error.text || words.lost : "";
		why.hidden = !error;
		if (error) return;
		parking.reset();
		parking.closest("[popover]").hidePopover();
		accepted(frame);
		draw();
	});

	draw();
	return { draw, stock: fetched, sold, opened, posted: () => posted(now) };
}
