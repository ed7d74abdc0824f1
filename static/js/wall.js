// The wall. The server pushes frames, and nothing is ever sent. A frame is {"epoch", "now", "lease",
// "count", "sum", "tiles", "order", "head", "news"}: tiles are whole drawings of registers with a version,
// those alone that have changed since the last frame of this socket; order names every tile there
// is, when that has changed. The first frame of a socket has everything. count and sum (of all
// versions) must be what the page has afterwards; if not, it asks for everything again.

import { pause } from "./frame.js";

const policy = globalThis.trustedTypes?.createPolicy("qrkiosk", { createHTML: (text) => text });
const REVOKED = 4001;
const root = document.getElementById("wall");
const list = document.getElementById("tiles");
const head = document.getElementById("wall-head");
const news = document.getElementById("wall-news");
const lost = document.getElementById("lost");
let tiles = new Map(); // register to {version, element}
let lease = Number(root.dataset.lease);
let heard = performance.now();
let socket = null;
let failures = 0;
let retry = 0;

function parse(html) {
	const t = document.createElement("template");
	t.innerHTML = policy ? policy.createHTML(html) : html;
	return t.content;
}

// take returns whether the page has what the server has.
function take(frame) {
	heard = performance.now();
	lease = frame.lease;
	for (const { id, v, html } of frame.tiles ?? []) put(id, v, parse(html).firstElementChild);
	if (frame.order) arrange(frame.order);
	if (frame.head) head.replaceChildren(parse(frame.head));
	if (frame.news !== undefined) news.replaceChildren(parse(frame.news));
	let sum = 0;
	for (const { version } of tiles.values()) sum += version;
	return tiles.size === frame.count && sum === frame.sum;
}

function put(id, version, element) {
	const old = tiles.get(id)?.element ?? document.getElementById(`w-${id}`);
	tiles.set(id, { version, element });
	if (!old?.isConnected) return;
	const held = old.contains(document.activeElement);
	old.replaceWith(element);
	if (held) element.querySelector("a").focus({ preventScroll: true });
}

// arrange moves only what is at another place, so that nothing loses focus or flickers.
function arrange(order) {
	const wanted = new Set(order);
	for (const id of tiles.keys()) if (!wanted.has(id)) tiles.delete(id);
	const keep = new Set(order.map((id) => tiles.get(id)?.element));
	for (const el of [...list.children]) if (!keep.has(el)) el.remove();
	let at = list.firstElementChild;
	for (const id of order) {
		const el = tiles.get(id)?.element;
		if (!el) continue;
		if (el === at) at = at.nextElementSibling;
		else list.insertBefore(el, at);
	}
}

function connect() {
	clearTimeout(retry);
	const address = new URL(root.dataset.socket, location.href);
	address.protocol = address.protocol.replace("http", "ws");
	const ws = new WebSocket(address);
	const old = socket;
	socket = ws;
	old?.close();
	let first = true;
	ws.onmessage = (e) => {
		if (ws !== socket) return;
		if (first) tiles = new Map();
		first = false;
		failures = 0;
		if (!take(JSON.parse(e.data))) connect();
		beat();
	};
	ws.onclose = (e) => {
		if (ws !== socket) return;
		socket = null;
		if (e.code === REVOKED) return location.reload();
		failures++;
		retry = setTimeout(connect, pause(failures, Math.random()));
	};
}

// Without a frame the page says so: what it shows may be old.
function beat() {
	clearTimeout(beat.timer);
	const stale = performance.now() - heard >= lease;
	lost.hidden = !stale;
	root.classList.toggle("old", stale);
	beat.timer = setTimeout(beat, 1000);
}

function wake() {
	if (document.visibilityState !== "hidden" && performance.now() - heard > 8000) connect();
}
document.addEventListener("visibilitychange", wake);
addEventListener("pageshow", wake);
addEventListener("online", wake);
connect();
beat();
