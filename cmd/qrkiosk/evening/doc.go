// Package evening plays a market's evening from the set-up to the last statement, in real browsers and
// from printed cards. It has nothing but tests, and nobody imports it.
package evening
