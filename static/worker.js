// The service worker. It keeps files whose address changes with their content, and one page that
// says that the server is away. No page of a till, a display or a customer is ever kept.

const ROOT = "%ROOT%";
const FIRST = "%FIRST%".split(" ");
const AWAY = "/offline";
const CACHE = `qrkiosk ${ROOT}`;

addEventListener("install", (e) => e.waitUntil(fill()));

async function fill() {
	const cache = await caches.open(CACHE);
	await cache.addAll(FIRST);
	await cache.add(new Request(AWAY, { cache: "reload" }));
	await skipWaiting();
}

addEventListener("activate", (e) => e.waitUntil(clean()));

async function clean() {
	for (const name of await caches.keys()) {
		if (name !== CACHE) await caches.delete(name);
	}
	await clients.claim();
}

addEventListener("fetch", (e) => {
	const url = new URL(e.request.url);
	if (e.request.method !== "GET" || url.origin !== location.origin) return;
	if (url.pathname.startsWith(ROOT)) e.respondWith(kept(e.request));
	else if (e.request.mode === "navigate") e.respondWith(fetch(e.request).catch(() => caches.match(AWAY)));
});

async function kept(request) {
	const cache = await caches.open(CACHE);
	const there = await cache.match(request);
	if (there) return there;
	const answer = await fetch(request);
	if (answer.ok) await cache.put(request, answer.clone());
	return answer;
}
