// A till without a display turns itself to the customer: the customer's screen is laid over the
// page, in a shadow root with its own styles, so that sound, full screen and what is typed stay.

import { live } from "./live.js";
import { sizeCodes } from "./qr.js";
import { choices } from "./screen.js";
import { parse } from "./trusted.js";

const KEPT = "qrkiosk.face";
const OVER = ["idle", "cart"]; // the sale is not on show any more

/** Starts the turning of a till. Once somebody has turned it, it turns by itself at every sale, and
 * back when the sale is over, until somebody turns it back before that. */
export function face(root) {
	let host = null;
	let connection = null;
	let opening = false;

	async function open() {
		if (host || opening) return;
		opening = true;
		const page = await load().catch(() => null);
		opening = false;
		if (!page) return;
		host = document.createElement("div");
		host.id = "face";
		const shadow = host.attachShadow({ mode: "open" });
		const screen = page.getElementById("root");
		shadow.append(...page.querySelectorAll("link[rel=stylesheet], aside.banner"), screen);
		host.style.visibility = "hidden"; // until it has its styles
		document.body.append(host);
		await Promise.all([...shadow.querySelectorAll("link")].map(loaded));
		if (!host) return;
		host.style.visibility = "";
		root.inert = true;
		connection = live(screen, { scope: shadow, shown: (el) => shown(el) });
		choices(shadow, connection);
		sizeCodes(shadow);
		shadow.getElementById("back").addEventListener("click", (e) => {
			e.preventDefault();
			if (!finished(shadow.getElementById("screen"))) keep("");
			close();
		});
		shadow.getElementById("back").focus({ preventScroll: true });
	}

	async function load() {
		const answer = await fetch("/till/face", { cache: "no-store", signal: AbortSignal.timeout(5000) });
		return answer.ok && !answer.redirected ? parse(await answer.text()) : null;
	}

	function loaded(link) {
		if (link.sheet) return null;
		return new Promise((done) => {
			link.addEventListener("load", done);
			link.addEventListener("error", done);
		});
	}

	function finished(screen) {
		return ["paid", "short", "pending", ...OVER].includes(screen.dataset.shows);
	}

	function shown(el) {
		if (el.id !== "screen") return;
		el.classList.add("fresh");
		sizeCodes(el);
		if (OVER.includes(el.dataset.shows)) close();
	}

	function close() {
		connection?.end();
		connection = null;
		host?.remove();
		host = null;
		root.inert = false;
	}

	document.addEventListener("click", (e) => {
		if (!e.target.closest("#turn")) return;
		e.preventDefault();
		keep("1");
		open();
	});
	document.addEventListener("keydown", (e) => {
		if (e.key === "Escape" && host) host.shadowRoot.getElementById("back").click();
	});
	addEventListener("resize", () => host && requestAnimationFrame(() => sizeCodes(host.shadowRoot)));

	return {
		/** Whether the till turns by itself. */
		always: () => kept() === "1",
		/** Tells which state the sale in hand has, and whether there is a display to show it. */
		state(state, display) {
			const busy = ["asking", "opening", "awaiting", "checking"].includes(state);
			if (busy && !display && kept() === "1") open();
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
