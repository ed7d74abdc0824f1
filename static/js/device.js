// What a screen needs of its device: sound, a screen that stays on, and full screen. Browsers give
// each of them only after a tap, or only over https; state() says in one word how it stands.

let audio = null;

// Each note is pitch, from and length in seconds. A register says "paid" in one of four ways, a
// problem always in the same, long and low.
const PAID = {
	two: { form: "triangle", notes: [[660, 0, 0.14], [990, 0.16, 0.26]] },
	bell: { form: "sine", ring: true, notes: [[1319, 0, 0.9], [2637, 0, 0.45], [1760, 0.18, 0.8]] },
	chord: { form: "triangle", notes: [[523, 0, 0.5], [659, 0.08, 0.45], [784, 0.16, 0.4]] },
	knock: { form: "square", ring: true, notes: [[392, 0, 0.09], [392, 0.16, 0.09], [587, 0.32, 0.16]] },
};
const TROUBLE = { form: "triangle", notes: [[196, 0, 0.7]] };

export const sound = {
	state: () => (!globalThis.AudioContext ? "none" : audio?.state === "running" ? "on" : "off"),
	async unlock() {
		if (!globalThis.AudioContext) return;
		audio ??= new AudioContext();
		if (audio.state !== "running") await audio.resume().catch(() => {});
	},
	play(name, way = "two") {
		const paid = name === "paid";
		// A browser complains about a page that vibrates before anybody has touched it.
		if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(paid ? [60, 60, 120] : 500);
		if (audio?.state !== "running") return;
		const tune = paid ? (PAID[way] ?? PAID.two) : TROUBLE;
		for (const [pitch, from, length] of tune.notes) tone(tune, pitch, audio.currentTime + from, length);
	},
};

function tone({ form, ring, notes }, pitch, at, length) {
	const swing = new OscillatorNode(audio, { type: form, frequency: pitch });
	const loud = new GainNode(audio, { gain: 0 });
	const peak = (form === "square" ? 0.25 : 0.6) / Math.sqrt(notes.length);
	loud.gain.setValueAtTime(0, at);
	loud.gain.linearRampToValueAtTime(peak, at + 0.012);
	if (!ring) loud.gain.setValueAtTime(peak, at + length * 0.6);
	loud.gain.linearRampToValueAtTime(0, at + length);
	swing.connect(loud).connect(audio.destination);
	swing.start(at);
	swing.stop(at + length);
}

let lock = null;

export const awake = {
	state() {
		if (!isSecureContext) return "insecure";
		if (!navigator.wakeLock) return "none";
		return lock && !lock.released ? "on" : "off";
	},
	async hold() {
		if (!navigator.wakeLock || document.visibilityState !== "visible" || awake.state() === "on") return;
		lock = await navigator.wakeLock.request("screen").catch(() => null);
	},
};

export const full = {
	state: () => (!document.fullscreenEnabled ? "none" : document.fullscreenElement ? "on" : "off"),
	async enter() {
		if (full.state() === "off") await document.documentElement.requestFullscreen({ navigationUI: "hide" }).catch(() => {});
	},
	async flip() {
		if (document.fullscreenElement) await document.exitFullscreen().catch(() => {});
		else await full.enter();
	},
};

/** Calls changed() whenever one of them may have changed, and keeps the screen on. */
export function watch(changed) {
	const again = async () => {
		await awake.hold();
		lock?.addEventListener("release", changed, { once: true });
		changed();
	};
	document.addEventListener("visibilitychange", again);
	document.addEventListener("fullscreenchange", changed);
	document.addEventListener("pointerdown", async () => {
		await sound.unlock();
		await again();
	});
	again();
}

/** Plays what an element's data-sound newly says: "paid:B2-0041 trouble:B2-0037"; way() is the tone
 * of the register. */
export function tunes(first, way) {
	let known = new Set(split(first));
	return (el) => {
		const now = split(el);
		const fresh = now.filter((token) => !known.has(token));
		known = new Set([...now, ...known].slice(0, 64));
		if (fresh.length) sound.play(fresh.some((t) => t.startsWith("trouble")) ? "trouble" : "paid", way());
	};
}

function split(el) {
	return (el?.dataset.sound ?? "").split(" ").filter(Boolean);
}

/** Answers an opening test that an element asks for: that it was heard, and how this screen is. */
export function answer(el, address, connection) {
	if (!el.dataset.ask) return;
	const body = new URLSearchParams({
		test: el.dataset.ask,
		sound: sound.state(),
		awake: awake.state(),
		clock: `${connection.ahead()}`,
	});
	fetch(address, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) }).catch(() => {
		// then the test says that this screen did not answer
	});
}
