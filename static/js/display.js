// The customer's screen: live connection, language and tip, sound, full screen, a screen that
// stays on.

import { full, sound, tunes, watch } from "./device.js";
import { live } from "./live.js";
import { keepSized, sizeCodes } from "./qr.js";
import { choices } from "./screen.js";

const root = document.getElementById("root");
const wake = document.getElementById("wake");
const tell = tunes(document.getElementById("screen"));

const connection = live(root, {
	shown(el, old) {
		if (el.id !== "screen") return;
		if (old.dataset.shows !== el.dataset.shows) el.classList.add("fresh");
		sizeCodes(el);
		tell(el);
	},
});

choices(document, connection);

// One tap gives full screen and sound; the idle screen offers it until it has been given.
function offer() {
	wake.hidden = sound.state() !== "off" && full.state() !== "off";
}
root.addEventListener("click", async (e) => {
	if (e.target !== wake && e.target.closest("button, input, label")) return;
	await full.enter();
	await sound.unlock();
	offer();
});
watch(offer);
keepSized();
