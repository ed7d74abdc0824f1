// Command torture proves what the program promises about money while everything goes wrong. For
// now it knows where in the code a crash may come: a test holds that no phase of the sale path is
// without such a point.
package main

import (
	"fmt"
	"os"
)

func main() {
	sources, err := readSources(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
	for _, name := range points(sources) {
		fmt.Println(name)
	}
}
