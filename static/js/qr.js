// A QR code reads best when every module is a whole number of the screen's own pixels.

/** Sizes the codes below el to the largest such size that fits the place the style sheet gives. */
export function sizeCodes(el) {
	for (const code of el.querySelectorAll("svg.qr")) {
		code.style.removeProperty("--qr");
		const room = Math.min(code.clientWidth, code.clientHeight);
		const module = Math.floor((room * devicePixelRatio) / Number(code.dataset.side));
		if (module > 0) code.style.setProperty("--qr", `${(module * Number(code.dataset.side)) / devicePixelRatio}px`);
	}
}

/** Sizes them again whenever the screen changes. */
export function keepSized(before = () => {}) {
	let due = 0;
	function size() {
		before();
		sizeCodes(document);
	}
	addEventListener("resize", () => {
		cancelAnimationFrame(due);
		due = requestAnimationFrame(size);
	});
	document.fonts.ready.then(size);
	size();
}
