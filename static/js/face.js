// A till without a display turns itself to the customer. The customer's screen is fetched when it is turned
// for the first time: most tills have a display and never need it.

const KEPT = "qrkiosk.face";

/** Starts the turning of a till. Once somebody has turned it, it turns by itself at every sale, and
 * back when the sale is over, until somebody turns it back before that. */
export function face(root) {
	let over = null; // the promise of the screen that is laid over the page

	let loaded = false; // the page has told once what state the sale in hand has

	async function open(before) {
		over ??= import("./overlay.js").then(({ overlay }) => overlay(root, () => keep("")));
		try {
			(await over).open(before);
		} catch {
			over = null; // the server was away: the next sale tries again
		}
	}

	document.addEventListener("click", (e) => {
		if (!e.target.closest("#turn")) return;
		e.preventDefault();
		keep("1");
		open();
	});
	return {
		/** Whether the till turns by itself. */
		always: () => kept() === "1",
		/** Tells which state the sale in hand has, and whether there is a display to show it. */
		state(state, display) {
			const busy = ["asking", "opening", "awaiting", "checking"].includes(state);
			if (busy && !display && kept() === "1") open(!loaded);
			loaded = true;
		},
	};
}

function kept() {
	try {
		return localStorage.getItem(KEPT) ?? "";
	} catch {
		return "";
	}
}
function keep(what) {
	try {
		localStorage.setItem(KEPT, what);
	} catch {
		// then it has to be turned by hand every time
	}
}
