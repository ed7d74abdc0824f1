// What a customer's screen says aloud, beside its tone and what it shows: the amount when a code is up,
// and that it was paid, once each. A voice that is not on the device would tell amounts to strangers:
// without one of its own in the customer's language it stays silent.

const AFTER_TONE = 900; // milliseconds: the tone comes first
const AT_ONCE = 50;

const speech = globalThis.speechSynthesis;
let now = ""; // what the screen shows, "code:B2-0041"; "" for what is not said
let last = ""; // what was said last

/** Takes what a screen shows as said: it was there before this page. */
export function skip(scope) {
	now = last = tokenOf(scope);
}

/** Says what the screen of a page, or of a shadow root in it, shows newly. What is being said of what it
 * showed before ends. */
export function say(scope) {
	const token = tokenOf(scope);
	if (!speech || token === now) return;
	speech.cancel();
	now = token;
	if (!token || token === last) return;
	last = token;
	setTimeout(() => {
		if (tokenOf(scope) === token && !scope.querySelector("[data-stale]")) utter(scope.getElementById("say"));
	}, token.startsWith("paid") ? AFTER_TONE : AT_ONCE);
}

// Voices are loaded by being asked for, and not asked for where nothing is said.
function tokenOf(scope) {
	const screen = scope.getElementById("screen");
	if (screen.dataset.speaks === undefined || !screen.isConnected) return "";
	speech?.getVoices();
	return screen.dataset.speaks;
}

// It says what readers of screens are told.
function utter({ lang, textContent }) {
	const base = (tag) => tag.split(/[-_]/)[0].toLowerCase();
	const voice = speech.getVoices().find((v) => v.localService && base(v.lang) === base(lang));
	if (!voice) return;
	const said = new SpeechSynthesisUtterance(textContent);
	[said.voice, said.lang] = [voice, voice.lang];
	speech.speak(said);
}
