// What finds no room among the lines of a customer's screen is told by one line above them, so that
// the newest is always in sight; where not even that line has room, there is no list.

/** Fits every list of lines of a screen into its room. */
export function fitLines(el) {
	for (const list of el.querySelectorAll(".lines")) {
		const [earlier, ...rows] = list.children;
		const over = () => list.scrollHeight > list.clientHeight + 1;
		list.hidden = false;
		for (const row of list.children) row.hidden = row === earlier;
		for (const [n, row] of rows.entries()) {
			if (!over() || !rows[n + 1]?.dataset.earlier) break;
			row.hidden = true;
			earlier.textContent = row.dataset.earlier;
			earlier.hidden = false;
		}
		list.hidden = over();
	}
}
