// The customer's screen: live connection, language and tip, sound, full screen, a screen that
// stays on.

import { answer, full, sound, tunes, watch } from "./device.js";
import { live } from "./live.js";
import { fitLines } from "./lines.js";
import { keepSized, sizeCodes } from "./qr.js";
import { choices } from "./screen.js";
import { sheets } from "./sheet.js";
import { say, skip } from "./speech.js";
import { install } from "./worker.js";

const root = document.getElementById("root");
const wake = () => document.getElementById("wake");
const tell = tunes(document.getElementById("screen"), () => document.getElementById("screen").dataset.tone);

const connection = live(root, {
	shown(el, old) {
		if (el.id === "cover") answer(el, "/display/heard", connection);
		if (el.id === "wake") offer();
		if (el.id !== "screen") return;
		show(el);
		fitLines(el);
		if (old.dataset.shows !== el.dataset.shows) el.classList.add("fresh");
		sizeCodes(el);
		tell(el);
		say(document);
	},
});

choices(document, connection);
sheets();
skip(document);

// Pictures of the idle screen take turns.
const TURN = 12_000;
let turn = 0;
function show(el) {
	clearInterval(turn);
	const pictures = [...el.querySelectorAll(".show img")];
	if (pictures.length < 2) return;
	let now = 0;
	turn = setInterval(() => {
		pictures[now].hidden = true;
		now = (now + 1) % pictures.length;
		pictures[now].hidden = false;
	}, TURN);
}
show(document.getElementById("screen"));

// One tap gives full screen and sound; the idle screen offers it until it has been given.
function offer() {
	wake().hidden = sound.state() !== "off" && full.state() !== "off";
}
root.addEventListener("click", async (e) => {
	if (e.target !== wake() && e.target.closest("button, input, label")) return;
	await full.enter();
	await sound.unlock();
	offer();
});
watch(offer);
keepSized(() => fitLines(root));
install();
