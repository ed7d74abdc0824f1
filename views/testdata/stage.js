// Puts scenes on an empty page and measures them.
globalThis.stage = {
	scenes: {},
	parsed: new Map(),

	async ready(codes, lines) {
		[this.codes, this.lines] = await Promise.all([import(codes), import(lines)]);
		await Promise.all([400, 600, 650, 700].map((w) => document.fonts.load(`${w} 16px Inter`, "Aß0€ł")));
		return true;
	},

	parse(lang, name) {
		const key = `${lang}/${name}`;
		if (!this.parsed.has(key)) {
			this.parsed.set(key, new DOMParser().parseFromString(this.scenes[lang][name], "text/html"));
		}
		return this.parsed.get(key);
	},

	/** Shows a scene: its language, title, style sheets and body. */
	show(lang, name) {
		const page = this.parse(lang, name);
		const wanted = new Set([...page.querySelectorAll("head > link[rel=stylesheet]")].map((l) => l.getAttribute("href")));
		for (const link of document.querySelectorAll("head > link[rel=stylesheet]")) {
			link.sheet.disabled = !wanted.has(link.getAttribute("href"));
		}
		document.documentElement.lang = page.documentElement.lang;
		document.title = page.title;
		document.body.className = page.body.className;
		document.body.replaceChildren(...[...page.body.childNodes].map((n) => document.importNode(n, true)));
		for (const n of document.querySelectorAll("noscript")) n.remove();
		this.fit();
	},

	/** What scripts do to the layout of a page. */
	fit() {
		this.lines.fitLines(document);
		this.codes.sizeCodes(document);
	},

	/** Everything wrong with the text of the scene that is shown. */
	faults(sheets) {
		this.seen.clear();
		const root = document.documentElement;
		const found = [];
		const tell = (what, el, text) => found.push(`${what}: ${this.name(el)}: ${(text ?? el.textContent).trim().replace(/\s+/g, " ").slice(0, 60)}`);
		if (root.scrollWidth > root.clientWidth) tell("wider than the screen", root, "");
		// On a phone that lies on its side the keys are below; the amount and Charge stay.
		const rolls = innerHeight < 420 && document.body.matches(".till");
		if (document.body.matches(".till, .display") && !rolls && root.scrollHeight > innerHeight + 1) tell(`${root.scrollHeight - innerHeight} px higher than the screen`, root, "");
		const look = (within) => {
			const texts = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
			while (texts.nextNode()) this.text(texts.currentNode, tell);
			for (const field of within.querySelectorAll("input, select")) {
				if (this.visible(field) && field.value === "" && field.scrollWidth > field.clientWidth + 1) tell("field too narrow", field, field.placeholder || field.value);
			}
		};
		look(document.body);
		for (const sheet of sheets ? document.querySelectorAll("[popover]") : []) {
			sheet.showPopover();
			this.seen.clear();
			const box = sheet.getBoundingClientRect();
			if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) tell("outside of the screen", sheet, "");
			look(sheet);
			sheet.hidePopover();
		}
		return [...new Set(found)];
	},

	/** What stands in one row and is a box to press or to fill, and is not as high or as round as its neighbour;
	 * within the sheets too. */
	unequal() {
		const found = new Set();
		const look = (within) => {
			const boxes = [...within.querySelectorAll("button, a, input, select, .search, .tabs[role=group]")].filter((el) => this.isBox(el));
			const shapes = boxes.map((el) => ({ el, rect: el.getBoundingClientRect(), round: getComputedStyle(el).borderStartStartRadius }));
			for (const a of shapes) {
				for (const b of shapes) {
					const gap = b.rect.left - a.rect.right;
					const shared = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
					if (gap < 0 || gap > 28 || shared < Math.min(a.rect.height, b.rect.height) / 2) continue;
					if (Math.abs(a.rect.height - b.rect.height) > 1 || a.round !== b.round) {
						found.add([a, b].map(({ el, rect, round }) => `${this.name(el)} ${rect.height.toFixed(0)} high, ${round} round`).join(" beside "));
					}
				}
			}
		};
		look(document.body);
		for (const sheet of document.querySelectorAll("[popover]")) {
			if (sheet.checkVisibility()) continue;
			sheet.showPopover();
			look(sheet);
			sheet.hidePopover();
		}
		return [...found];
	},

	/** Whether somebody sees a box to press or to fill: what is within another one is a part of it. */
	isBox(el) {
		if (!el.checkVisibility({ visibilityProperty: true }) || el.matches("[type=hidden], [type=radio], [type=checkbox]") || el.parentElement.closest(".search, .tabs[role=group], button")) return false;
		const style = getComputedStyle(el);
		return el.getBoundingClientRect().width > 1 && (parseFloat(style.borderTopWidth) > 0 || style.backgroundColor !== "rgba(0, 0, 0, 0)") && style.borderStartStartRadius !== "0px";
	},

	/** The same look at the scene as if it were read from right to left. */
	mirrored(look) {
		const root = document.documentElement;
		root.dir = "rtl";
		this.seen.clear();
		this.fit();
		const found = look();
		root.removeAttribute("dir");
		this.seen.clear();
		return found;
	},

	text(node, tell) {
		const el = node.parentElement;
		if (!node.data.trim() || !this.visible(el) || el.closest(".hush, option, svg")) return;
		if (el.matches(".called") && el.title === el.textContent) return; // the whole of it is in its title
		const range = document.createRange();
		range.selectNodeContents(node);
		let { left, right, top, bottom } = range.getBoundingClientRect();
		if (right - left < 1) return;
		// Letters may reach over the line they stand on, never over the box's sides.
		const slides = this.slides(el);
		const high = parseFloat(this.known(el).style.fontSize) * 0.35;
		for (let box = el; box && box !== document.documentElement; ) {
			const { style, rect } = this.known(box);
			if (rect.width <= 1 && style.overflowX === "hidden") return; // for ears alone
			if (style.textOverflow === "ellipsis" && box.scrollWidth > box.clientWidth) return tell("cut with dots", box);
			if (style.display !== "inline" && style.display !== "contents") {
				const b = rect;
				const rolls = (o) => o === "auto" || o === "scroll";
				if (rolls(style.overflowX)) [left, right] = [b.left, b.right];
				if (rolls(style.overflowY)) [top, bottom] = [Math.max(top, b.top), Math.min(bottom, b.bottom)];
				if (!slides && (left < b.left - 1.5 || right > b.right + 1.5)) return tell(`${Math.ceil(Math.max(b.left - left, right - b.right))} px beside ${this.name(box)}`, el);
				if (top < b.top - high || bottom > b.bottom + high) return tell(`${Math.ceil(Math.max(b.top - top, bottom - b.bottom))} px above or below ${this.name(box)}`, el);
			}
			if (style.position === "fixed") return;
			box = style.position === "absolute" ? box.offsetParent : box.parentElement;
		}
		if (!slides && (left < -1 || right > innerWidth + 1)) tell("outside of the screen", el);
	},

	/** Whether something around it can be pushed sideways, as wide tables and rows of tabs can. */
	slides(el) {
		for (let box = el; box && box !== document.body; box = box.parentElement) {
			if (["auto", "scroll"].includes(this.known(box).style.overflowX)) return true;
		}
		return false;
	},

	// Styles and boxes of the scene that is shown: reading them is most of the work.
	seen: new Map(),
	known(el) {
		let k = this.seen.get(el);
		if (!k) this.seen.set(el, (k = { style: getComputedStyle(el), rect: el.getBoundingClientRect() }));
		return k;
	},

	visible(el) {
		return el.checkVisibility({ visibilityProperty: true, opacityProperty: true });
	},

	/** Everything that can be pressed and is smaller than it has to be. */
	small(least) {
		const found = [];
		const look = (within) => {
			for (const el of within.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]")) {
				const target = el.matches("label input[type=radio], label input[type=checkbox]") ? el.closest("label") : el;
				if (!this.visible(target) || target.matches(".skip") || target.closest("[popover]:not(:popover-open)")) continue; // a skip link is seen with the focus on it
				const b = target.getBoundingClientRect();
				if (b.width <= 1) continue; // for ears alone, until it has the focus
				if (Math.min(b.width, b.height) < least - 0.5 && !this.reaches(target, least)) found.push(`${Math.round(b.width)}x${Math.round(b.height)}: ${this.name(target)}: ${target.textContent.trim().slice(0, 30)}`);
			}
		};
		look(document.body);
		for (const sheet of document.querySelectorAll("[popover]")) {
			sheet.showPopover();
			look(sheet);
			sheet.hidePopover();
		}
		return [...new Set(found)];
	},

	/** Whether a finger as wide as that, put on the middle, stays on it: pseudo-elements count. */
	reaches(el, least) {
		el.scrollIntoView({ block: "nearest", inline: "nearest" });
		const b = el.getBoundingClientRect();
		const [x, y, far] = [b.left + b.width / 2, b.top + b.height / 2, least / 2 - 1];
		return [[x - far, y], [x + far, y], [x, y - far], [x, y + far]].every(([px, py]) => {
			const hit = document.elementFromPoint(px, py);
			return hit !== null && (el === hit || el.contains(hit));
		});
	},

	/** Everything of the scene that the tabulator has to lead to, and from now on a record of where it led. */
	walk() {
		this.seen.clear();
		const groups = new Set();
		const stops = [...document.body.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter((el) => {
			if (el.disabled || !el.checkVisibility({ visibilityProperty: true }) || el.closest("[inert]")) return false;
			if (el.type !== "radio") return true;
			const group = `${el.form?.action}|${el.name}`; // the tabulator goes to one of a group, arrows to the others
			return !groups.has(group) && groups.add(group);
		});
		this.met = (el) => stops.find((s) => s === el || (s.type === "radio" && el.type === "radio" && s.name === el.name && s.form === el.form));
		this.left = new Set(stops);
		this.blind = new Set();
		this.hear ??= document.addEventListener("focusin", (ev) => {
			this.left.delete(this.met(ev.target));
			if (!focusShown(ev.target)) this.blind.add(ev.target);
		}) ?? true;
		document.activeElement?.blur();
		return stops.length;
	},

	/** What the tabulator did not lead to, and where nobody saw that it was. */
	walked() {
		const tell = (what) => (el) => `${what}: ${this.name(el)}: ${(el.textContent.trim() || el.getAttribute("name") || "").slice(0, 40)}`;
		return [...[...this.left].map(tell("not reached")), ...[...this.blind].map(tell("focus not seen"))];
	},

	name(el) {
		return el.localName + (el.id ? `#${el.id}` : "") + [...el.classList].map((c) => `.${c}`).join("");
	},

	/** The faults of many scenes at the present size: {"de/till-ready": ["…"]}. */
	measure(names, check) {
		const all = {};
		for (const name of names) {
			const [lang, scene] = name.split("/");
			this.show(lang, scene);
			const found = check(scene);
			if (found.length) all[name] = found;
		}
		return all;
	},

	/** The violations that axe-core finds in scenes, by all its rules or by some. */
	async judge(names, rules) {
		const all = {};
		const options = rules ? { runOnly: { type: "rule", values: rules } } : {};
		for (const name of names) {
			this.show(...name.split("/"));
			const result = await axe.run(document, { ...options, resultTypes: ["violations"], elementRef: false });
			const found = result.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 140)} ${[...n.any, ...n.all, ...n.none].map((c) => c.message).join(" ").slice(0, 200)}`));
			if (found.length) all[name] = found;
		}
		return all;
	},
};
