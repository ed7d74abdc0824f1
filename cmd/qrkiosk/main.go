// Command qrkiosk is the program: it reads the configuration, brings the rooms of the house
// together and runs them until it is told to stop. It owns flags and environment, the first start,
// the demonstration, the sandbox's process, the checks of doctor and the tests from end to end. It
// must not decide anything about a sale, and nobody imports it.
package main

func main() {}
