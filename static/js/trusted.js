// The one place where text becomes markup or a script's address: all of it comes from our server.

const policy = globalThis.trustedTypes?.createPolicy("qrkiosk", { createHTML: (text) => text, createScriptURL: (text) => text });

/** Reads markup of ours into a fragment. */
export function parse(html) {
	const t = document.createElement("template");
	t.innerHTML = policy ? policy.createHTML(html) : html;
	return t.content;
}

/** The address of a script of ours, for whoever loads it. */
export function script(address) {
	return policy ? policy.createScriptURL(address) : address;
}
