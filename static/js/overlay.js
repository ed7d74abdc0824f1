// The customer's screen over the page of a till that has no display: in a shadow root with its own styles,
// so that sound, full screen and what is typed stay.

import { live } from "./live.js";
import { fitLines } from "./lines.js";
import { sizeCodes } from "./qr.js";
import { choices } from "./screen.js";
import { sheets } from "./sheet.js";
import { say, skip } from "./speech.js";
import { parse } from "./trusted.js";

const OVER = ["idle", "cart"]; // the sale is not on show any more

/** Makes the screen that open() lays over the page; one that was there before a reload says nothing anew.
 * It goes away when the sale is over; turnedBack() is called when somebody sends it away before that. */
export function overlay(root, turnedBack) {
	let host = null;
	let connection = null;
	let opening = false;
	let held = null; // what had the focus

	async function open(before) {
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
		held = document.activeElement;
		root.querySelector(":popover-open")?.hidePopover(); // it would lie above
		root.inert = true;
		connection = live(screen, { scope: shadow, shown: (el) => shown(el) });
		choices(shadow, connection);
		sheets(shadow);
		if (before) skip(shadow);
		else say(shadow);
		fit();
		shadow.getElementById("back").addEventListener("click", (e) => {
			e.preventDefault();
			if (!finished(shadow.getElementById("screen"))) turnedBack();
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
		fit();
		say(host.shadowRoot);
		if (OVER.includes(el.dataset.shows)) close();
	}

	function fit() {
		if (!host) return;
		fitLines(host.shadowRoot);
		sizeCodes(host.shadowRoot);
	}

	function close() {
		connection?.end();
		connection = null;
		host?.remove();
		if (host) say(host.shadowRoot); // which ends what is being said
		host = null;
		root.inert = false;
		const opener = held?.isConnected ? held : held && document.getElementById("turn");
		opener?.focus({ preventScroll: true });
	}

	document.addEventListener("keydown", (e) => {
		if (e.key === "Escape" && host && !host.shadowRoot.querySelector(":popover-open")) host.shadowRoot.getElementById("back").click();
	});
	addEventListener("resize", () => requestAnimationFrame(fit));

	return { open };
}
