// Package screens plays the counter and the office in a real browser: a sale, the keyboard, the wall,
// faults of the browser, and what Lighthouse thinks of the pages. It has nothing but tests, and nobody
// imports it.
package screens
