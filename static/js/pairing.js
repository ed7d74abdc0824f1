// Waits until somebody at a till has typed the code: any answer but 204 means look again.

import { awake, watch } from "./device.js";
import { keepSized } from "./qr.js";

const address = document.getElementById("pairing").dataset.state;

async function look() {
	try {
		const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(5000) });
		if (answer.status !== 204 && answer.status < 500) return location.reload();
	} catch {
		// The server is away; the next look may find it.
	}
	setTimeout(look, 2000);
}

watch(() => awake.hold());
setTimeout(look, 2000);
keepSized();
