// The second pane of a till: a tile for each thing that is sold, by category, with search.

import { plain } from "./plain.js";
import { parse } from "./trusted.js";

const PANE = "qrkiosk.pane";
const HOLD = 550; // milliseconds of a long press

/** Starts the tiles, if the stall has any. take({id, cents, name}) is called for every
 * tap on one, turned() when the other pane is shown, changed() when they were drawn anew. */
export function tiles({ take, turned, changed }) {
	const form = document.getElementById("charge");
	let pane = document.getElementById("items");
	const search = form.querySelector("[type=search]");
	if (!pane) return { draw() {}, name: () => undefined, out: () => false, price: () => undefined, fetch: async () => {} };
	let category = "";
	let day = 0; // until what is sold out today comes back
	let down = false; // a finger is on a tile
	let held = null; // the tile it is held on
	let hold = 0;

	function all() {
		return [...pane.querySelectorAll("[data-item]")];
	}
	function find(id) {
		return all().find((tile) => tile.dataset.item === id);
	}

	function show(which) {
		form.dataset.pane = which;
		for (const tab of form.querySelectorAll("[data-pane]")) {
			tab.setAttribute("aria-pressed", `${tab.dataset.pane === which}`);
		}
		keep(which);
	}

	function filter() {
		const words = plain(search.value).split(/\s+/).filter(Boolean);
		let some = false;
		for (const tile of all()) {
			const text = plain(`${tile.dataset.name} ${tile.dataset.in}`);
			tile.hidden = !((words.length || !category || tile.dataset.in === category) && words.every((w) => text.includes(w)));
			some ||= !tile.hidden;
		}
		const none = pane.querySelector(".none");
		none.textContent = some ? "" : none.dataset.none;
		for (const c of pane.querySelectorAll("[data-cat]")) {
			c.setAttribute("aria-pressed", `${c.dataset.cat === category && !words.length}`);
		}
	}

	function listen() {
		pane.addEventListener("click", (e) => {
			const tile = e.target.closest("[data-item]");
			const cat = e.target.closest("[data-cat]");
			if (cat) {
				category = cat.dataset.cat;
				search.value = "";
				filter();
			} else if (tile && held) return;
			else if (tile?.hasAttribute("data-out")) ask(tile);
			else if (tile) take({ id: tile.dataset.item, cents: Number(tile.dataset.cents), name: tile.dataset.name });
		});
		pane.addEventListener("mousedown", (e) => e.preventDefault());
		pane.addEventListener("pointerdown", (e) => {
			const tile = e.target.closest("[data-item]");
			down = true;
			if (tile && e.pointerType !== "mouse") hold = setTimeout(press, HOLD, tile);
		});
		pane.addEventListener("contextmenu", (e) => {
			const tile = e.target.closest("[data-item]");
			if (!tile) return;
			e.preventDefault();
			if (down) press(tile);
			else ask(tile);
		});
		clearTimeout(day);
		day = setTimeout(fetchAnew, Number(pane.dataset.day) + 1000);
	}

	// The sheet opens when the finger is lifted: it would be closed by that otherwise.
	function press(tile) {
		held = tile;
		tile.classList.add("held");
	}
	for (const end of ["pointerup", "pointercancel"]) {
		document.addEventListener(end, () => {
			clearTimeout(hold);
			down = false;
			if (!held) return;
			setTimeout(() => {
				held.classList.remove("held");
				ask(held);
				held = null;
			}, 50); // behind the click that may follow
		});
	}

	function ask(tile) {
		const sheet = document.getElementById("item");
		const [item, out, back] = sheet.querySelector("form").elements;
		sheet.querySelector("h2").textContent = tile.dataset.name;
		item.value = tile.dataset.item;
		out.hidden = tile.hasAttribute("data-out");
		back.hidden = !out.hidden;
		if (!sheet.matches(":popover-open")) sheet.showPopover();
	}

	search.addEventListener("input", filter);
	// Enter in the search takes the one thing that was found instead of charging.
	search.addEventListener("keydown", (e) => {
		if (e.key === "Escape") {
			search.value = "";
			filter();
			search.blur();
		} else if (e.key === "Enter") {
			e.preventDefault();
			const found = all().filter((tile) => !tile.hidden);
			if (found.length === 1) found[0].querySelector(".take").click();
		}
	});

	form.addEventListener("click", (e) => {
		const tab = e.target.closest("button[data-pane]");
		if (!tab) return;
		show(tab.dataset.pane);
		turned();
	});
	listen();
	show(kept());

	return {
		out: (id) => Boolean(find(id)?.hasAttribute("data-out")),
		name: (id) => find(id)?.dataset.name,
		price: (id) => (find(id) ? Number(find(id).dataset.cents) : undefined),
		draw(lines) {
			for (const tile of all()) {
				const line = lines.find((l) => l.item === tile.dataset.item);
				const badge = tile.querySelector(".count");
				badge.textContent = line ? `${line.qty}` : "";
				badge.hidden = !line;
			}
		},
		fetch: fetchAnew,
	};

	async function fetchAnew() {
		const answer = await fetch("/till/items", { cache: "no-store", signal: AbortSignal.timeout(5000) }).catch(() => null);
		if (!answer?.ok || answer.redirected) return;
		const fresh = parse(await answer.text()).getElementById("items");
		if (!fresh) return;
		pane.replaceWith(fresh);
		pane = fresh;
		listen();
		filter();
		changed();
	}
}

// A browser that keeps nothing shows the keypad.
function kept() {
	try {
		return localStorage.getItem(PANE) === "items" ? "items" : "keys";
	} catch {
		return "keys";
	}
}
function keep(which) {
	try {
		localStorage.setItem(PANE, which);
	} catch {
		// then it is the keypad again next time
	}
}
