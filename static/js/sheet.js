// Sheets open over a page. The browser shows and closes them, with or without script; here the focus stays
// within the one on top and goes back to what opened it, and the page behind takes no taps.

const STOPS = "a[href], button, input, select, summary";
const BEHIND = 60; // milliseconds until the tap that closes a sheet has come to nothing

/** Looks after the sheets of the page, or of a screen within it. */
export function sheets(scope = document) {
	const seen = (el) => el.checkVisibility({ visibilityProperty: true });
	const open = []; // {parts, opener, close}, the last one on top
	let shut = []; // what is behind it
	let front = []; // what is not
	let beside = false; // the last tap was beside it

	function behind() {
		for (const el of shut) el.inert = false;
		shut = [];
		front = open.at(-1)?.parts ?? [];
		if (open.length) shutIn(scope.body ?? scope, front);
	}
	// What speaks to ears goes on speaking.
	function shutIn(parent, parts) {
		for (const el of parent.children) {
			if (el.inert || parts.includes(el) || el.matches("[role=status], [role=alert]")) continue;
			if (parts.some((part) => el.contains(part))) {
				shutIn(el, parts);
				continue;
			}
			el.inert = true;
			shut.push(el);
		}
	}

	function under() {
		const header = document.querySelector(".top, .bar")?.getBoundingClientRect().bottom ?? 0;
		document.documentElement.style.setProperty("--under", `${Math.max(0, header)}px`);
	}
	addEventListener("resize", under);

	function hold(parts, close) {
		under();
		open.push({ parts, opener: scope.activeElement ?? document.body, close });
		behind();
	}
	function free(part) {
		const at = open.findIndex(({ parts }) => parts.includes(part));
		if (at < 0) return;
		const [{ opener }] = open.splice(at, 1);
		setTimeout(() => {
			behind();
			if (!open.some(({ parts }) => parts.includes(part))) back(part, opener);
		}, beside ? BEHIND : 0);
	}

	// The focus goes back unless it is somewhere already. A screen may have been drawn anew meanwhile.
	function back(part, opener) {
		const now = scope.activeElement;
		if (now && now !== document.body && !part.contains(now)) return;
		const other = () => [...scope.querySelectorAll(`[popovertarget="${part.id}"]`)].find(seen);
		(opener.isConnected && opener !== document.body ? opener : other())?.focus({ preventScroll: true });
	}

	scope.addEventListener(
		"beforetoggle",
		(e) => {
			if (e.newState === "open") hold([e.target]);
			else free(e.target);
		},
		true,
	);
	scope.addEventListener(
		"toggle",
		(e) => {
			const sheet = e.target;
			if (e.newState === "open" && front.includes(sheet) && !sheet.contains(scope.activeElement)) sheet.querySelector(STOPS)?.focus();
		},
		true,
	);
	const within = (e) => front.some((part) => part.contains(e.target));
	scope.addEventListener(
		"pointerdown",
		(e) => {
			beside = front.length > 0 && !within(e);
		},
		true,
	);
	scope.addEventListener(
		"click",
		(e) => {
			if (front.length === 0 || within(e)) return;
			e.preventDefault();
			e.stopPropagation();
		},
		true,
	);
	scope.addEventListener(
		"keydown",
		(e) => {
			const top = open.at(-1);
			if (!top) return;
			// What has the focus nowhere types nothing into the page behind.
			if (!top.close && !within(e)) e.stopPropagation();
			if (e.key === "Escape" && top.close) {
				e.stopPropagation(); // it would clear what is typed
				top.close();
			}
			if (e.key !== "Tab") return;
			const stops = top.parts.flatMap((part) => [part, ...part.querySelectorAll(STOPS)]).filter((el) => el.matches(STOPS) && !el.disabled && seen(el));
			const at = stops.indexOf(scope.activeElement);
			if (e.shiftKey ? at > 0 : at >= 0 && at < stops.length - 1) return;
			e.preventDefault();
			stops.at(e.shiftKey ? -1 : 0)?.focus();
		},
		true,
	);

	return { hold, free };
}
