# Reads `go test -v ./...`: passes on one line per package and what its tests print for people,
# everything about a package that failed, and at the end each skipped test with its reason. Exit 1
# if something failed, or if something was skipped where nothing may be; only what a machine cannot
# do at all ("hardware: ...") may be skipped everywhere.

function keep(line) { held[++n] = line }

function complain(   i) {
	for (i = 1; i <= n; i++)
		if (held[i] !~ /^ *(=== |--- PASS)/) print held[i]
}

function tell(   i) {
	for (i = 1; i <= figures; i++)
		if (by[i] != "") print "      " by[i] ": " figure[i]
}

function forget(   i) {
	for (i in held) delete held[i]
	for (i in reason) delete reason[i]
	n = figures = 0
	test = ""
}

# remove takes back what a test has printed: it was the reason for a skip.
function remove(name,   i) {
	for (i = 1; i <= figures; i++) if (by[i] == name) by[i] = ""
}

$0 == "tests-failed" { failed = 1; next }

/^=== (RUN|NAME|CONT) / { test = $3 }

/^ *[A-Za-z0-9_]+_test\.go:[0-9]+: / {
	text = $0
	sub(/^ *[A-Za-z0-9_]+_test\.go:[0-9]+: /, "", text)
	reason[test] = text
	if (text !~ /^\[rapid\]/) { by[++figures] = test; figure[figures] = text }
}

/^ *--- SKIP: / {
	skips[++skipped] = $3 ": " (($3 in reason) ? reason[$3] : "no reason given")
	if (reason[$3] !~ /^hardware: /) avoidable = 1
	remove($3)
}

/^(ok  |\?   )\t/ { print; tell(); forget(); next }
/^FAIL\t/ { complain(); print; failed = 1; forget(); next }
{ keep($0) }

END {
	if (failed) complain() # what go says about packages that do not build stands alone
	if (skipped == 0) print "nothing was skipped"
	for (i = 1; i <= skipped; i++) print "skipped: " skips[i]
	if (avoidable && ENVIRON["QRKIOSK_TEST_ALL"] == "1") {
		print "a skip is a failure here (QRKIOSK_TEST_ALL=1)"
		failed = 1
	}
	exit failed
}
