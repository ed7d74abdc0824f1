// Package bench measures what is promised of speed and size beside a floor of the same work without
// us. It has nothing but benchmarks, and nobody imports it.
package bench
