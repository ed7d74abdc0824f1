// Tells the server how the device of a till or display does: whether its screen stays on, whether
// it may sound, and its battery where the browser tells. It says so when anything has changed, and
// once in a while.

import { awake, sound } from "./device.js";

const EVERY = 5 * 60_000;
const LOOK = 10_000;
const live = document.getElementById("root")?.dataset.socket;
let battery = null;
let told = "";
let at = 0;

function report() {
	const form = new URLSearchParams({ awake: awake.state(), sound: sound.state() });
	if (battery) {
		form.set("battery", `${Math.round(battery.level * 100)}`);
		form.set("charging", battery.charging ? "yes" : "no");
	}
	return form;
}

async function tell() {
	const form = report();
	const text = form.toString();
	if (document.visibilityState === "hidden" || (text === told && Date.now() - at < EVERY)) return;
	try {
		const address = live.replace(/live$/, "health");
		const answer = await fetch(address, { method: "POST", body: form, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(LOOK) });
		if (answer.ok) [told, at] = [text, Date.now()];
	} catch {
		// The wall sees by the socket that the device is away.
	}
}

if (live) {
	battery = (await navigator.getBattery?.().catch(() => null)) ?? null;
	for (const change of ["levelchange", "chargingchange"]) battery?.addEventListener(change, tell);
	document.addEventListener("visibilitychange", () => setTimeout(tell, 1000));
	document.addEventListener("pointerdown", () => setTimeout(tell, 1000));
	setTimeout(tell, 2000);
	setInterval(tell, LOOK);
}
