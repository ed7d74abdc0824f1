// The keypad: keys and hardware keys to a figure, the figure to the screen, Charge to the server.

import { EMPTY, entry, formula, money, posted, press, total, unfinished } from "./figure.js";
import { post } from "./post.js";

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

/** Starts the keypad of a till; connection is what live() gave. */
export function keypad(root, connection) {
	const form = document.getElementById("charge");
	const go = document.getElementById("go");
	const fault = document.getElementById("fault");
	const figure = document.getElementById("figure");
	const habit = JSON.parse(root.dataset.habit);
	const words = connection.words;
	let now = EMPTY;
	let flying = false;
	let waited = false;

	function waits() {
		return BUSY.includes(document.getElementById("side").dataset.nowState);
	}

	function say(text) {
		fault.textContent = text;
		fault.hidden = text === "";
	}

	function draw() {
		const sum = total(now);
		if (waited && !waits()) say("");
		waited = waits();
		const shown = entry(now, habit);
		figure.querySelector(".digits").textContent = shown.text;
		figure.className = `big n${Math.min(12, Math.max(4, shown.text.length))}`;
		figure.toggleAttribute("data-count", !shown.money);
		document.getElementById("formula").textContent = formula(now, habit);
		go.textContent = sum ? words.charge.replace("{amount}", money(sum, habit)) : go.dataset.face;
		go.disabled = sum === 0 || unfinished(now) || flying || waits() || connection.stale();
	}

	function key(name) {
		if (flying) return;
		const next = press(now, name);
		say(next === null ? words["too-large"] : "");
		now = next ?? now;
		draw();
	}

	async function charge() {
		if (flying) return;
		if (connection.stale()) return say(words.offline);
		if (waits()) return say(words.busy);
		if (total(now) === 0 || unfinished(now)) return say(words.zero);
		flying = true;
		go.setAttribute("aria-busy", "true");
		say("");
		draw();
		const { frame, error } = await post(form, { fields: { cents: `${total(now)}`, lines: posted(now) } });
		flying = false;
		go.removeAttribute("aria-busy");
		if (frame) accepted(frame);
		else say(error.text || words.unreachable);
		draw();
	}

	// Only now may the command key change: until the server has said yes, another press of Charge
	// must be the same charge.
	function accepted(frame) {
		now = EMPTY;
		form.elements.note.value = "";
		if (frame.key) form.elements.key.value = frame.key;
		connection.take(frame);
	}

	form.addEventListener("submit", (e) => {
		e.preventDefault();
		charge();
	});
	const keys = document.getElementById("keys");
	keys.addEventListener("mousedown", (e) => e.preventDefault());
	keys.addEventListener("click", (e) => {
		const button = e.target.closest("[data-key]");
		if (button) key(button.dataset.key);
	});
	document.addEventListener("keydown", (e) => {
		if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
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

	form.elements.note.addEventListener("keydown", (e) => {
		if (e.key === "Enter" || e.key === "Escape") {
			e.preventDefault();
			e.target.blur();
		}
	});

	draw();
	return { draw };
}
