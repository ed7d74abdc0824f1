// Measures what is in sight on the page that is shown: nothing of it is written down anywhere else.
globalThis.sight = {
	/** Everything that a till or a customer's screen owes at this size and is not in sight. */
	owed() {
		const found = [];
		for (const [what, els, least] of this.owes()) {
			if (!els.length) found.push(`${what} is not there`);
			for (const el of els) {
				const why = this.hidden(el, least);
				if (why) found.push(`${what} ${why}: ${this.name(el)}`);
			}
		}
		return found;
	},

	owes() {
		if (document.querySelector("#screen")) return this.owesCustomer();
		return document.querySelector("#side .side-waiting") ? this.owesWaiting() : this.owesRest();
	},

	/** A sale in hand: its amount, its code or what stands there, and whatever can be done. */
	owesWaiting() {
		const root = document.getElementById("root");
		const amount = ["the amount", this.all("#side .hand .amount")];
		if (root.hasAttribute("data-ahead")) return [amount, ["the way back", this.all(".return")], ...this.owesCharge()];
		const code = this.all("#side .card svg.qr");
		const wants = [amount, ["what it waits for", code.length ? code : this.all("#side .stage .title, #side .away h2"), code.length ? 180 : 0]];
		wants.push(["Cancel", this.all("#cancel")], ["what can be done", this.all(".ends button, .ends a")]);
		return this.seen(document.getElementById("go")) ? [...wants, ["Charge", this.all("#go")]] : wants;
	},

	owesRest() {
		const open = this.all("#cart").length && !this.seen(document.querySelector("#cart-bar"));
		return [...this.owesCharge(), ...(open ? [["the total", this.all("#cart-total")], ["the tools of the cart", this.all(".cart header button")]] : [])];
	},

	owesCharge() {
		if (document.querySelector(".cart[data-open]")) return [["Charge", this.all("#go")], ["the sum", this.all("#cart-bar .sum, #cart-total")]];
		const wants = [["Charge", this.all("#go")], ["the panes", this.all(".tabs button, .tools .extra")]];
		if (innerHeight < 420) return wants; // so low a page rolls
		const keys = this.all("#keys button");
		if (keys.length) wants.push(["the keys", keys], ["what is typed", this.all("#figure .digits")]);
		if (document.querySelector("#root[data-rung-up]")) wants.push(["the sum", [...this.all("#cart-bar .sum"), ...this.all("#cart-total")]]);
		return wants;
	},

	owesCustomer() {
		const shows = document.getElementById("screen").dataset.shows;
		if (shows === "idle") return [["the stall", this.all(".name h1")]];
		const wants = [["the amount", this.all(shows === "paid" ? ".what .amount" : ".hero .digits")]];
		if (document.querySelector(".card .qr")) wants.push(["the code", this.all(".card .qr"), shows === "code" ? 150 : 90]);
		if (document.getElementById("back")) wants.push(["the way back", this.all("#back")]);
		if (shows === "cart" && innerHeight > 400) wants.push(["the sum under the lines", this.all(".lines-total b")], ["the newest line", this.all(".lines li:last-child .sum")]);
		if (shows === "tip") wants.push(["the tips", this.all(".tips button, .own input, .own button")]);
		return wants;
	},

	/** Why something is not wholly in sight, "" if it is. */
	hidden(el, least = 0) {
		const b = this.letters(el);
		if (least && Math.min(b.width, b.height) < least) return `is only ${Math.round(b.width)}×${Math.round(b.height)}`;
		const c = this.clip(el);
		const out = Math.ceil(Math.max(c.left - b.left, b.right - c.right, c.top - b.top, b.bottom - c.bottom));
		if (out > 2) return `is ${out} px out of sight`;
		for (const [fx, fy] of [[0.5, 0.5], [0.12, 0.5], [0.88, 0.5], [0.5, 0.25], [0.5, 0.75]]) {
			const hit = document.elementFromPoint(b.left + fx * b.width, b.top + fy * b.height);
			if (hit !== el && !el.contains(hit)) return `is covered by ${hit ? this.name(hit) : "nothing"}`;
		}
		return "";
	},

	/** The box of an element that can be pressed, or of the letters of one that can only be read. */
	letters(el) {
		if (el.matches("button, a, input, svg")) return el.getBoundingClientRect();
		const range = document.createRange();
		range.selectNodeContents(el);
		return range.getBoundingClientRect();
	},

	/** What is left of the screen for an element, by all that cuts it off. */
	clip(el, from = el.parentElement) {
		const c = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
		for (let box = from; box && box !== document.documentElement; box = box.parentElement) {
			const style = getComputedStyle(box);
			if (style.position === "fixed") return this.cut(c, box, style);
			this.cut(c, box, style);
		}
		return c;
	},
	cut(c, box, style) {
		if (style.overflowX === "visible" && style.overflowY === "visible") return c;
		const b = box.getBoundingClientRect();
		if (style.overflowX !== "visible") [c.left, c.right] = [Math.max(c.left, b.left), Math.min(c.right, b.right)];
		if (style.overflowY !== "visible") [c.top, c.bottom] = [Math.max(c.top, b.top), Math.min(c.bottom, b.bottom)];
		return c;
	},

	/** Tiles that are wholly in sight. */
	tiles() {
		return this.all(".tiles .take").filter((el) => this.hidden(el) === "").length;
	},

	/** What is wrong with names and the prices beside them. */
	names() {
		const found = [];
		const tell = (what, el) => found.push(`${what}: ${this.name(el)}: ${el.textContent.trim().slice(0, 40)}`);
		for (const el of this.all(".called")) {
			const style = getComputedStyle(el);
			const line = parseFloat(style.lineHeight);
			if (el.getBoundingClientRect().height > 2 * line + 2) tell("more than two lines", el);
			if (el.scrollHeight > el.clientHeight + 2 && el.title !== el.textContent) tell("cut off, and its title does not tell", el);
			if (el.scrollWidth > el.clientWidth + 1) tell("wider than its box", el);
			if (el.title && !el.closest("[lang]:not(html)")) tell("no language of its own", el);
			if (style.hyphens !== "auto" || style.overflowWrap !== "anywhere") tell("is not broken by its language", el);
		}
		for (const el of this.all(".take .price, .take .count:not(:empty), .cart .sum:not(:empty), #cart-total, .lines .sum, .lines td, .lines-total b, .hero .digits, .amount")) {
			const b = this.letters(el);
			const row = el.closest("li, tr, button, .row, .total, .hero, .hand, .lines-total, .pair, .bar") ?? el.parentElement;
			const r = row.getBoundingClientRect();
			if (b.left < r.left - 1 || b.right > r.right + 1) tell("beside its row", el);
			if (b.left < -1 || b.right > innerWidth + 1) tell("beside the screen", el);
			if (getComputedStyle(el).whiteSpace !== "nowrap" && b.height > 1.9 * parseFloat(getComputedStyle(el).fontSize)) tell("broken", el);
			for (const other of row.querySelectorAll(".called, .count, button, .qty")) {
				if (other !== el && this.seen(other) && this.meet(other.getBoundingClientRect(), b)) tell(`and ${this.name(other)} lie over one another`, el);
			}
		}
		return found;
	},

	meet: (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2,

	/** Words and buttons that lie over one another. */
	overlaps() {
		const things = [];
		for (const el of document.body.querySelectorAll("button, a[href], input, select, svg.qr, p, span, b, h1, h2, dt, dd, small, output, time, label")) {
			const press = el.matches("button, a, input, select, svg");
			if (!press && ![...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
			if (!this.seen(el) || this.above(el) || el.closest(".hush, noscript") || getComputedStyle(el).opacity === "0") continue;
			const c = this.clip(el, press ? el.parentElement : el);
			const b = this.letters(el);
			const box = { left: Math.max(b.left, c.left), top: Math.max(b.top, c.top), right: Math.min(b.right, c.right), bottom: Math.min(b.bottom, c.bottom) };
			if (!press) {
				const slack = (box.bottom - box.top) * 0.15; // letters do not fill their line
				box.top += slack;
				box.bottom -= slack;
			}
			if (box.right - box.left > 3 && box.bottom - box.top > 3) things.push({ el, box });
		}
		const found = [];
		things.forEach((a, n) => {
			for (const b of things.slice(n + 1)) {
				if (a.el.contains(b.el) || b.el.contains(a.el)) continue;
				if (this.meet(a.box, b.box)) found.push(`${this.name(a.el)} and ${this.name(b.el)}: ${a.el.textContent.trim().slice(0, 30)} / ${b.el.textContent.trim().slice(0, 30)}`);
			}
		});
		return found;
	},

	/** Whether it stays above what is rolled. */
	above(el) {
		for (let box = el; box; box = box.parentElement) {
			if (["sticky", "fixed"].includes(getComputedStyle(box).position)) return true;
		}
		return false;
	},

	/** What is chosen and told by nothing but colours of ours, which forced colours take away. */
	untold() {
		const told = (el) => {
			const s = getComputedStyle(el);
			return [s.borderTopWidth, s.borderTopStyle, s.outlineStyle, s.textDecorationLine, s.forcedColorAdjust === "none" ? s.backgroundColor : ""].join();
		};
		const found = [];
		for (const el of document.querySelectorAll("[aria-pressed=true], :checked + span, [aria-current]:not([aria-current=false]), [data-some]")) {
			const other = [...el.closest("[role=group], .chips, form, .much, nav, body").querySelectorAll("[aria-pressed=false], input:not(:checked) + span, a:not([aria-current]), .extra:not([data-some])")].find((o) => o.localName === el.localName);
			if (other && told(el) === told(other)) found.push(`nothing tells that ${this.name(el)} is chosen: ${el.textContent.trim()}`);
		}
		return found;
	},

	all(selector) {
		return [...document.querySelectorAll(selector)].filter((el) => this.seen(el));
	},
	seen(el) {
		if (!el || !el.checkVisibility({ visibilityProperty: true }) || el.closest("[popover]:not(:popover-open)")) return false;
		const b = el.getBoundingClientRect();
		return b.width > 1 && b.height > 1;
	},
	name(el) {
		return el.localName + (el.id ? `#${el.id}` : "") + [...el.classList].map((c) => `.${c}`).join("");
	},
};
