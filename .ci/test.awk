# Reads `go test -v ./...`: passes on one line per package, everything about a package that failed,
# the lines that tests print for people ("figure: ..."), and at the end each skipped test with its
# reason. Exit 1 if something failed, or if something was skipped that must not be.

function keep(line) { held[++n] = line }

function flush_failed(   i) {
	for (i = 1; i <= n; i++)
		if (held[i] !~ /^ *(=== |--- PASS)/) print held[i]
}

function forget(   i) {
	for (i in held) delete held[i]
	for (i in reason) delete reason[i]
	n = 0
	test = ""
}

$0 == "tests-failed" { failed = 1; next }

/^=== (RUN|NAME|CONT) / { test = $3 }

# The line before "--- SKIP" that names a file is the reason.
/^ *[A-Za-z0-9_]+\.go:[0-9]+: / {
	text = $0
	sub(/^ *[A-Za-z0-9_]+\.go:[0-9]+: /, "", text)
	reason[test] = text
	if (text ~ /^figure: /) print "      " text
}

/^ *--- SKIP: / {
	why = ($3 in reason) ? reason[$3] : "no reason given"
	skips[++skipped] = $3 ": " why
}

/^(ok  |\?   )\t/ { print; forget(); next }
/^FAIL\t/ { flush_failed(); print; failed = 1; forget(); next }
{ keep($0) }

END {
	flush_failed_at_end()
	if (skipped == 0) print "nothing was skipped"
	for (i = 1; i <= skipped; i++) print "skipped: " skips[i]
	if (skipped > 0 && ENVIRON["QRKIOSK_TEST_ALL"] == "1") {
		print "a skip is a failure here (QRKIOSK_TEST_ALL=1)"
		failed = 1
	}
	exit failed
}

# What go says about packages that do not build comes outside of any package's lines.
function flush_failed_at_end(   i) { if (failed) flush_failed() }
