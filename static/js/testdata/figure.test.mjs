// Run by TestModules through node --test.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { judge, pause } from "../frame.js";
import { add, count, discount, EMPTY, entry, faceOff, formula, lines, money, posted, postedOff, press as pressed, putBack, reopened, restored, resumed, total, typing, unfinished } from "../figure.js";

// press is a key that is taken, or means nothing.
const press = (f, key) => {
	const [next, why] = pressed(f, key);
	assert.equal(why, "");
	return next;
};

const german = [",", ".", "", "\u00a0€"];
const vectors = JSON.parse(readFileSync(new URL("figure.json", import.meta.url)));

for (const v of vectors) {
	test(`keys ${v.keys || "none"}`, () => {
		let figure = EMPTY;
		const whys = [];
		for (const key of v.keys.split(" ").filter(Boolean)) {
			const [next, why] = pressed(figure, key);
			if (why) {
				whys.push(why);
				assert.equal(next, figure);
			}
			figure = next;
		}
		assert.equal(total(figure), v.cents);
		assert.equal(posted(figure), v.lines);
		assert.equal(entry(figure, german).text, v.entry);
		assert.equal(formula(figure, german), v.formula);
		assert.equal(unfinished(figure), v.unfinished ?? false);
		assert.equal(whys.join(" "), v.why ?? "");
		const { lines, ...rest } = figure;
		assert.deepEqual(resumed({ ...EMPTY, lines }, typing(figure)), { lines, ...rest });
	});
}

test("whatever is pressed, the total is the sum of the lines, a whole number and never too large", () => {
	const keys = ["0", "1", "2", "5", "9", "00", "mark", "plus", "times", "back", "clear"];
	let seed = 42;
	const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
	for (let run = 0; run < 2000; run++) {
		let figure = EMPTY;
		for (let i = 0; i < 25; i++) {
			[figure] = pressed(figure, keys[random(keys.length)]);
			const sum = lines(figure).reduce((s, l) => s + l.qty * l.cents, 0);
			assert.equal(total(figure), sum);
			assert.ok(Number.isInteger(sum) && sum >= 0 && sum <= 99_999_999);
			assert.ok(lines(figure).every((l) => l.qty >= 1 && l.qty <= 9999 && l.cents >= 1));
		}
	}
});

test("money is written as the place writes it", () => {
	assert.equal(money(123456, german), "1.234,56\u00a0€");
	assert.equal(money(5, [".", ",", "€", ""]), "€0.05");
	assert.equal(money(100000000, [",", "\u00a0", "", "\u00a0€"]), "1\u00a0000\u00a0000,00\u00a0€");
});

test("a frame counts by epoch, version and time", () => {
	const shown = { epoch: "a", version: 7, now: 1000 };
	const frame = (over) => ({ epoch: "a", version: 7, now: 1000, html: "<p>", ...over });
	assert.equal(judge(shown, frame({ version: 8, now: 1 })), "show");
	assert.equal(judge(shown, frame({ epoch: "b", version: 1, now: 1 })), "show");
	assert.equal(judge(shown, frame({ now: 1001 })), "show");
	assert.equal(judge(shown, frame({ now: 999 })), "ignore");
	assert.equal(judge(shown, frame({ version: 6, now: 2000 })), "ignore");
	assert.equal(judge(shown, frame({ html: undefined })), "renew");
	assert.equal(judge(shown, frame({ html: undefined, version: 8 })), "ask");
	assert.equal(judge(shown, frame({ html: undefined, version: 6 })), "ask");
	assert.equal(judge(shown, frame({ html: undefined, epoch: "b" })), "ask");
});

test("the first try comes within half a second, the others within three", () => {
	assert.equal(pause(1, 0), 0);
	assert.equal(pause(1, 1), 500);
	for (let n = 2; n < 50; n++) assert.ok(pause(n, 1) <= 3000 && pause(n, 1) >= 2000);
});

test("items are lines of their own, counted together", () => {
	const bread = { id: "b", cents: 350, name: "Rye bread" };
	let f = [..."120"].reduce(press, EMPTY);
	f = add(f, bread);
	assert.equal(posted(f), "120 1x350@b");
	f = add(add(f, bread), { id: "c", cents: 400, name: "Cake" });
	assert.equal(posted(f), "120 2x350@b 1x400@c");
	f = add(press(press(f, "3"), "times"), bread);
	assert.equal(posted(f), "120 5x350@b 1x400@c");
	assert.equal(formula(f, german), "1,20 + 5 × 3,50 + 4,00 + …");
	assert.equal(posted(press(f, "back")), "120 5x350@b");
	assert.equal(posted(count(f, 1, 0)), "120 1x400@c");
	assert.equal(add(count(f, 1, 9999), bread), null);
	assert.equal(posted(restored(posted(f), (id) => id === "b" && "Rye bread")), "120 5x350@b");
});

test("a discount takes off what the server takes off", () => {
	const f = press([..."1275"].reduce(press, EMPTY), "plus");
	assert.deepEqual(discount("10", "%"), { percent: 1000 });
	assert.deepEqual(discount("2,5", "%"), { percent: 250 });
	assert.deepEqual(discount("2", "€"), { cents: 200 });
	assert.deepEqual(discount(" 1.50 ", "€"), { cents: 150 });
	assert.equal(discount("", "%"), null);
	for (const wrong of ["0", "0,00", "101", "x", "1,234", "-5", "1e3", "1.2.3"]) assert.equal(discount(wrong, "%"), undefined);
	assert.equal(total(f, { percent: 1000 }), 1147);
	assert.equal(total(f, { cents: 150 }), 1125);
	assert.equal(total(f, { cents: 5000 }), 0);
	assert.equal(postedOff({ percent: 1000 }), "10.00%");
	assert.equal(postedOff({ cents: 150 }), "1.50");
	assert.equal(formula(f, german, { percent: 1000 }), "12,75 + … − 10\u00a0%");
	assert.equal(faceOff({ percent: 250 }, german), "2,50\u00a0%");
});

test("a typed line is typed anew, and what was removed comes back to its place", () => {
	const bread = { id: "b", cents: 350, name: "Rye bread" };
	let f = add(add([..."120"].reduce(press, EMPTY), bread), { id: "c", cents: 400, name: "Cake" });
	assert.equal(posted(f), "120 1x350@b 1x400@c");
	const anew = reopened(f, 0);
	assert.equal(posted(anew), "1x350@b 1x400@c 120");
	assert.equal(entry(anew, german).text, "1,20");
	const [without, line] = [count(f, 1, 0), f.lines[1]];
	assert.equal(posted(putBack(without, [{ at: 1, line }])), "120 1x350@b 1x400@c");
	f = add(without, bread); // rung up again meanwhile
	assert.equal(posted(putBack(f, [{ at: 1, line }])), "120 1x400@c 2x350@b");
	assert.equal(putBack(count(f, 0, 9999), [{ at: 0, line: { qty: 9999, cents: 99_999_999 } }]), null);
});
