// What a frame means for what is shown, and how long to wait for the next try, as pure functions.

/** shown and frame are {epoch, version, now}; the answer is
 * "show":   another epoch, a larger version, or the same version told later, for a screen may
 *           change by itself (green ends, a display connects);
 * "renew":  no html, and about what is shown;
 * "ask":    no html, and about something else;
 * "ignore": older than what is shown. */
export function judge(shown, frame) {
	const same = frame.epoch === shown.epoch && frame.version === shown.version;
	if (frame.html === undefined) return same ? "renew" : "ask";
	if (frame.epoch !== shown.epoch || frame.version > shown.version) return "show";
	return same && frame.now >= shown.now ? "show" : "ignore";
}

/** Milliseconds until the next try after so many failures in a row: at once within half a second,
 * then full jitter up to three; part is a random number from 0 to 1. */
export function pause(failures, part) {
	return part * (failures <= 1 ? 500 : Math.min(3000, 500 * 2 ** failures));
}
