package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker; without it the build's own version counts.
var version string

type versionCmd struct{}

// Run prints one line.
func (versionCmd) Run(p *process) error {
	_, err := fmt.Fprintf(p.stdout, "qrkiosk %s %s %s/%s\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
