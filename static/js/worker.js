// The service worker makes the page open from the home screen even when the server is away, to say
// so. Browsers allow it over https and on this machine alone.

import { script } from "./trusted.js";

let registered = false;

export const worker = {
	state() {
		if (!isSecureContext) return "insecure";
		if (!navigator.serviceWorker) return "none";
		return registered ? "on" : "off";
	},
};

/** Registers it and calls changed() when it stands. */
export async function install(changed = () => {}) {
	if (!isSecureContext || !navigator.serviceWorker) return;
	try {
		await navigator.serviceWorker.register(script("/sw.js"), { scope: "/", updateViaCache: "none" });
		await navigator.serviceWorker.ready;
		registered = true;
		changed();
	} catch {
		// a private window, or a browser that was told not to: the page works without
	}
}
