// Whether an outline tells of the focus: on the element, beside it, or around it.
globalThis.focusShown = (el) => {
	for (let at = el, up = 0; at && up < 3; at = at.parentElement, up++) {
		for (const one of [at, ...(up ? [] : (at.parentElement?.children ?? []))]) {
			for (const part of [null, "::after"]) {
				const style = getComputedStyle(one, part);
				if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) return true;
			}
		}
	}
	return false;
};
