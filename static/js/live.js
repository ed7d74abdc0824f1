// The live connection of a screen. The server pushes whole snapshots; nothing is ever sent.
//
// A frame is {"epoch", "version", "lease", "now", "html", "next", "key"}; frame.js says when it
// counts. html is a row of elements with ids, each of which replaces the one in the page unless its
// markup is the same.
//
// Without a frame for lease - 3 s the page says so, and at the end of the lease it gets data-stale,
// by which the style sheet takes the QR code and any green away. next tells in how many
// milliseconds the screen ends by itself: then it gets data-ended, frame or no frame.

import { judge, pause } from "./frame.js";
import { parse } from "./trusted.js";

const ATTEMPT = 5000;
const POLL = 2000;
const OLD = 8000;
const REVOKED = 4001;

// One "name=sentence" per line.
function sentences(text) {
	return Object.fromEntries(text.split("\n").map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]));
}

/** Starts the live connection of a page. shown(fresh, old) is called for every element put in,
 * changed() whenever the contact is lost or found. scope is where the elements are: the document, or
 * the shadow root of a screen within the page. */
export function live(root, { shown = () => {}, changed = () => {}, scope = document } = {}) {
	const words = sentences(root.dataset.words ?? "");
	const markup = new Map();
	let now = { epoch: root.dataset.epoch, version: Number(root.dataset.version), now: Number(root.dataset.now) };
	let lease = Number(root.dataset.lease);
	let offset = now.now - Date.now();
	let heard = moment();
	let ends = endOf(root.dataset.next === "" ? undefined : Number(root.dataset.next));
	let socket = null;
	let begun = 0;
	let failures = 0;
	let retry = 0;
	let poller = 0;
	let etag = "";
	let asking = false;
	let over = false;

	for (const part of root.querySelectorAll("[id]")) markup.set(part.id, part.outerHTML);

	// Two clocks: one stops while a tablet sleeps, the other can be set. The older age counts.
	function moment() {
		return { wall: Date.now(), steady: performance.now() };
	}
	function age(since) {
		return Math.max(Date.now() - since.wall, performance.now() - since.steady);
	}
	function endOf(next) {
		return Number.isFinite(next) ? { from: moment(), after: next } : null;
	}

	function take(frame) {
		const verdict = judge(now, frame);
		if (verdict === "ask") ask();
		if (verdict === "renew") renew(frame);
		if (verdict !== "show") return false;
		now = frame;
		etag = "";
		ends = endOf(frame.next);
		root.removeAttribute("data-ended");
		show(frame.html);
		renew(frame);
		return true;
	}

	function renew(frame) {
		heard = moment();
		if (frame?.lease) lease = frame.lease;
		if (frame?.now) offset = frame.now - Date.now();
		beat();
	}

	function show(html) {
		for (const el of [...parse(html).children]) {
			const old = scope.getElementById(el.id);
			const text = el.outerHTML;
			if (!old || markup.get(el.id) === text) continue;
			markup.set(el.id, text);
			put(old, el);
		}
	}

	// A live region keeps its element, or nobody would be told; everything else is replaced, and
	// whoever had the focus inside keeps it.
	function put(old, el) {
		if (el.getAttribute("role") === "status" || el.getAttribute("role") === "alert") {
			old.lang = el.lang;
			old.textContent = el.textContent;
			return;
		}
		old.querySelector(":popover-open")?.hidePopover();
		const held = old.contains(scope.activeElement) ? scope.activeElement : null;
		old.replaceWith(el);
		if (held?.id) scope.getElementById(held.id)?.focus({ preventScroll: true });
		shown(el, old);
	}

	// One timer for everything that depends on time.
	function beat() {
		clearTimeout(beat.timer);
		if (over) return;
		const silent = age(heard);
		const was = root.hasAttribute("data-stale");
		root.toggleAttribute("data-stale", silent >= lease);
		root.toggleAttribute("data-ended", ends !== null && age(ends.from) >= ends.after);
		const lost = scope.getElementById("lost");
		if (lost) lost.hidden = silent < lease - 3000;
		if (silent >= lease - 3000 && age(begun) > ATTEMPT) connect();
		if (was !== root.hasAttribute("data-stale")) changed();
		tick();
		const waits = [1000 - ((Date.now() + offset) % 1000), lease - 3000 - silent, lease - silent];
		if (ends) waits.push(ends.after - age(ends.from));
		beat.timer = setTimeout(beat, Math.max(20, Math.min(...waits.filter((w) => w > 0))));
	}

	function tick() {
		const clock = Date.now() + offset;
		for (const t of scope.querySelectorAll("time[data-since]")) {
			set(t, minutes(clock - Number(t.dataset.since)));
		}
		for (const t of scope.querySelectorAll("[data-until]")) {
			const left = Math.ceil((Number(t.dataset.until) - clock) / 1000);
			set(t, left > 0 ? t.dataset.in.replace("{n}", left) : t.dataset.now);
		}
		for (const t of scope.querySelectorAll("[data-left]")) {
			const left = Number(t.dataset.left) - clock;
			t.hidden = left > 60_000 || left <= 0;
			if (!t.hidden) set(t, t.dataset.text.replace("{time}", minutes(left + 999)));
		}
	}
	function set(el, text) {
		if (el.textContent !== text) el.textContent = text;
	}
	function minutes(ms) {
		const s = Math.max(0, Math.floor(ms / 1000));
		return `${Math.floor(s / 60)}:${`${s % 60}`.padStart(2, "0")}`;
	}

	function connect() {
		clearTimeout(retry);
		if (over) return;
		begun = moment();
		const old = socket;
		const address = new URL(root.dataset.socket, location.href);
		address.protocol = address.protocol.replace("http", "ws");
		const ws = new WebSocket(address);
		socket = ws;
		old?.close();
		const late = setTimeout(() => closed(ws, 0), ATTEMPT);
		ws.onmessage = (e) => {
			if (ws !== socket) return;
			clearTimeout(late);
			failures = 0;
			clearInterval(poller);
			poller = 0;
			take(JSON.parse(e.data));
		};
		ws.onclose = (e) => {
			clearTimeout(late);
			closed(ws, e.code);
		};
	}

	function closed(ws, code) {
		if (ws !== socket) return;
		socket = null;
		ws.close();
		if (code === REVOKED) return location.reload();
		failures++;
		if (failures >= 2 && !poller) {
			poller = setInterval(ask, POLL);
			ask();
		}
		clearTimeout(retry);
		retry = setTimeout(connect, pause(failures, Math.random()));
	}

	async function ask() {
		if (asking) return;
		asking = true;
		try {
			const headers = { Accept: "application/json" };
			if (etag) headers["If-None-Match"] = etag;
			const answer = await fetch(root.dataset.state, { headers, cache: "no-store", signal: AbortSignal.timeout(ATTEMPT) });
			if ([401, 403, 410].includes(answer.status)) return location.reload();
			if (answer.status === 304) renew();
			if (!answer.ok) return;
			// The tag stands for what is shown, or "not modified" would keep something older alive.
			if (take(await answer.json())) etag = answer.headers.get("ETag") ?? "";
		} catch {
			// The next try comes by itself; the lease tells the person.
		} finally {
			asking = false;
		}
	}

	// Back from sleep or from another page: what the socket says about itself proves nothing.
	function wake() {
		if (over) return;
		beat();
		if (document.visibilityState !== "hidden" && age(heard) > OLD) {
			failures = 0;
			connect();
		}
	}
	document.addEventListener("visibilitychange", wake);
	document.addEventListener("resume", wake);
	addEventListener("pageshow", wake);
	addEventListener("online", wake);

	connect();
	beat();
	// again asks anew under whatever cookies there are now, on a new socket.
	function again() {
		etag = "";
		connect();
		ask();
	}
	// end stops it for good.
	function end() {
		over = true;
		clearTimeout(beat.timer);
		clearTimeout(retry);
		clearInterval(poller);
		const old = socket;
		socket = null;
		old?.close();
	}
	return { take, again, end, words, ahead: () => Math.round(-offset), stale: () => root.hasAttribute("data-stale") };
}
