//go:build !crash

package main

const trying = false
