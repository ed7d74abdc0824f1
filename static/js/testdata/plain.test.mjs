// Run by TestModules through node --test.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { plain } from "../plain.js";

// The server reads the same table.
const table = JSON.parse(readFileSync(new URL("plain.json", import.meta.url)));

for (const v of table) {
	test(`${v.typed} in ${v.in}`, () => assert.equal(plain(v.in).includes(plain(v.typed)), v.found));
}
