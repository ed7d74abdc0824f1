// Runs before everything else of a page and writes down what people would feel.
(() => {
	const notes = { taps: 0, keys: [], frames: [], said: [], same: true, policy: [] };
	let say = null;

	// What follows a frame is drawn: a message posted in it comes right behind the paint.
	const drawn = (then) => requestAnimationFrame(() => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = then;
		port2.postMessage(0);
	});

	addEventListener("securitypolicyviolation", (e) => notes.policy.push(`${e.violatedDirective} ${e.blockedURI}`));
	addEventListener("pointerdown", () => notes.taps++, true);
	addEventListener("keydown", (e) => {
		const figure = document.getElementById("figure");
		const was = figure?.textContent;
		drawn(() => {
			if (figure && figure.textContent !== was) notes.keys.push(performance.now() - e.timeStamp);
		});
	}, true);
	addEventListener("DOMContentLoaded", () => {
		say = document.getElementById("say");
		if (!say) return;
		new MutationObserver((records) => {
			for (const r of records) notes.said.push(r.target.textContent);
		}).observe(say, { childList: true, characterData: true, subtree: true });
	});

	const Plain = WebSocket;
	globalThis.WebSocket = class extends Plain {
		constructor(...args) {
			super(...args);
			this.addEventListener("message", (e) => {
				const began = performance.now();
				if (e.data.includes('"html"')) drawn(() => notes.frames.push(performance.now() - began));
			});
		}
	};

	globalThis.watch = () => ({ ...notes, same: say !== null && say === document.getElementById("say") });

	// The name of what has the focus if nothing around it shows that.
	globalThis.watchFocus = () => {
		const el = document.activeElement;
		if (!el || el === document.body) return "";
		return focusShown(el) ? "" : el.outerHTML.slice(0, 120);
	};
})();
