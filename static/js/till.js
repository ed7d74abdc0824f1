// The till: keypad, live connection, the other forms, and what the device can do.

import { answer, awake, full, sound, tunes, watch } from "./device.js";
import { face } from "./face.js";
import { keypad } from "./keypad.js";
import { live } from "./live.js";
import { post } from "./post.js";
import { keepSized, sizeCodes } from "./qr.js";
import { sheets } from "./sheet.js";
import { install, worker } from "./worker.js";

const root = document.getElementById("root");
const way = () => document.getElementById("devices").dataset.tone;
const tell = tunes(document.getElementById("side"), way);
let pad = null;

const connection = live(root, {
	shown(el, old) {
		if (el.id === "devices" && el.dataset.office !== old.dataset.office) pad?.stock();
		if (el.id === "devices" && el.dataset.emptied !== old.dataset.emptied) pad?.sold();
		if (el.id === "devices" && el.dataset.opened && el.dataset.opened !== old.dataset.opened) pad?.opened(el.dataset);
		if (el.id === "test") {
			answer(el, "/till/test/heard", connection);
			const verdict = (test) => test.querySelector(".verdict")?.className;
			if (verdict(el) !== verdict(old)) el.scrollIntoView(); // what was found is in sight
		}
		if (el.id !== "side") return;
		if (old.dataset.nowState !== el.dataset.nowState) el.classList.add("fresh");
		sizeCodes(el);
		tell(el);
		pad?.draw();
		turn();
	},
	changed: () => pad?.draw(),
});
const turned = face(root);
pad = keypad(root, connection, turned, sheets());

function turn() {
	const displays = document.getElementById("devices").dataset.displays;
	const state = document.getElementById("side").dataset.nowState;
	turned.state(state, displays !== "0");
	if (state === "ready") root.removeAttribute("data-ahead");
}
turn();

// The other forms: cancel, set aside, look again, lock, open and close.
document.addEventListener("submit", async (e) => {
	if (!e.target.matches("[data-post]")) return;
	e.preventDefault();
	const buttons = e.target.querySelectorAll("button");
	for (const b of buttons) b.disabled = true;
	// What is rung up here and now is not lost to a sale that is opened again.
	const fields = e.target.id === "change" ? { lines: pad.posted() } : {};
	const { frame, error } = await post(e.target, { submitter: e.submitter, fields });
	for (const b of buttons) b.disabled = false;
	if (document.activeElement === document.body && e.target.closest(":popover-open")) e.submitter?.focus();
	const fault = document.getElementById("fault");
	fault.textContent = error ? error.text || connection.words.lost : "";
	fault.hidden = !error;
	if (frame) {
		if (e.target.matches(".tones")) chosen(e.submitter);
		if (!e.target.matches("[data-stay]")) e.target.closest("[popover]")?.hidePopover();
		connection.take(frame);
	}
});

// What was chosen to be heard by: a tone is heard at once.
function chosen(button) {
	for (const b of button.parentElement.children) b.setAttribute("aria-pressed", `${b === button}`);
	if (button.name === "tone") sound.play("paid", button.value);
}

// The device row: one sign each, in words behind a tap.
function signs() {
	for (const [name, part] of Object.entries({ sound, awake, full, worker })) {
		const state = part.state();
		const text = connection.words[`${name}.${state}`];
		const row = document.querySelector(`[data-own-words=${name}]`);
		row.querySelector("span").textContent = text;
		row.className = state === "on" ? "sign" : name === "full" || name === "worker" ? "sign idle" : "sign bad";
		const sign = document.querySelector(`[data-own=${name}]`);
		if (sign) sign.className = state === "on" ? "sign" : "sign bad";
	}
}
document.addEventListener("click", async (e) => {
	// On a phone the sale in hand takes the screen; the next one can be rung up behind it.
	if (e.target.closest("#next-sale")) root.setAttribute("data-ahead", "");
	else if (e.target.closest(".hand")) root.removeAttribute("data-ahead");
	const what = e.target.closest("[data-do]")?.dataset.do;
	if (what === "sound") {
		await sound.unlock();
		sound.play("paid", way());
	} else if (what === "full") await full.flip();
	if (what) signs();
});
watch(signs);
install(signs);
keepSized();
