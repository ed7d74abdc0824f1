// The receipt works without script; with it, an open one looks again by itself, and a settled one
// can be shared or printed.

const share = document.getElementById("share");
const printer = document.getElementById("print");
if (share) {
	const what = { title: share.dataset.title, text: share.dataset.text, url: location.origin + location.pathname };
	share.hidden = !navigator.canShare?.(what);
	share.addEventListener("click", () => navigator.share(what).catch(() => {}));
	printer.hidden = false;
	printer.className = share.hidden ? "go" : "wide";
	printer.addEventListener("click", () => print());
}

const main = document.querySelector("main[data-again]");
if (main) {
	let left = 60;
	const timer = setInterval(() => {
		if (document.visibilityState !== "visible") return;
		if (left-- > 0) location.reload();
		else clearInterval(timer);
	}, 5000);
}
