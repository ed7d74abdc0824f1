// The receipt works without script; with it, an open one looks again by itself, and a settled one
// can be shared or printed.

const share = document.getElementById("share");
if (share) {
	share.hidden = false;
	share.addEventListener("click", async () => {
		const what = { title: share.dataset.title, text: share.dataset.text, url: location.href };
		if (!navigator.canShare?.(what)) return print();
		await navigator.share(what).catch(() => {});
	});
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
