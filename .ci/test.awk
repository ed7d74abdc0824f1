# Reads `go test -json ./...` between lines "tick SECONDS" of a clock: says one line per package and
# what its tests print for people, everything about a package that failed, at least every 30 seconds
# which tests run, and at the end the slowest tests and each skipped one with its reason. Exit 1 if
# something failed, or if something was skipped where nothing may be; only what a machine cannot do
# at all ("hardware: ...") may be skipped everywhere, and what `make check` leaves out ("short: ...").
# book names a file for all that the tests say.

# field is the text of a member of the object on this line, as go test writes it.
function field(name,   at, rest) {
	at = index($0, "\"" name "\":\"")
	if (at == 0) return ""
	rest = substr($0, at + length(name) + 4)
	match(rest, /^([^"\\]|\\.)*/)
	return plain(substr(rest, 1, RLENGTH))
}

# plain undoes the escapes of JSON that go test writes.
function plain(text,   out, at, c) {
	while ((at = index(text, "\\")) > 0) {
		out = out substr(text, 1, at - 1)
		c = substr(text, at + 1, 1)
		if (c == "u") {
			c = substr(text, at + 2, 4)
			out = out (c == "003c" ? "<" : c == "003e" ? ">" : c == "0026" ? "&" : "")
			text = substr(text, at + 6)
			continue
		}
		out = out (c == "n" ? "\n" : c == "t" ? "\t" : c == "r" ? "" : c)
		text = substr(text, at + 2)
	}
	return out text
}

function say(line) {
	print line
	fflush()
	said = now
}

function complain(p,   i) {
	for (i = 1; i <= lines[p]; i++)
		if (held[p, i] !~ /^ *(=== |--- PASS)/) printf "%s", held[p, i]
	fflush()
	said = now
}

function tell(p,   i) {
	for (i = 1; i <= figures[p]; i++)
		if ((p, i) in figure) say("      " by[p, i] ": " figure[p, i])
}

# note keeps what a test has printed for people: the reason of a skip, or a figure.
function note(p, test, line) {
	if (line !~ /^ *[A-Za-z0-9_]+\.go:[0-9]+: /) return
	sub(/^ *[A-Za-z0-9_]+\.go:[0-9]+: /, "", line)
	sub(/\n$/, "", line)
	reason[p, test] = line
	if (line ~ /^\[rapid\]/) return
	by[p, ++figures[p]] = test
	figure[p, figures[p]] = line
}

function skip(p, test,   i, why) {
	why = ((p, test) in reason) ? reason[p, test] : "no reason given"
	for (i = 1; i <= figures[p]; i++) if (by[p, i] == test) delete figure[p, i]
	if (why ~ /^short: /) { left[substr(why, 8)]++; leftOut = 1; return }
	skips[++skipped] = test ": " why
	if (why !~ /^hardware: /) avoidable = 1
}

# over ends a test: what runs now is the one that it was a part of.
function over(p, test,   took) {
	sub(/\/[^\/]*$/, "", test) || test = ""
	runs[p] = test
	took = $0
	if (test == "" && sub(/.*"Elapsed":/, "", took)) slowest(field("Test"), took + 0)
}

# slowest keeps the tests that took longest, in order.
function slowest(test, took,   i) {
	for (i = 12; i > 0 && took > slow[i]; i--) { slow[i + 1] = slow[i]; slowName[i + 1] = slowName[i] }
	slow[i + 1] = took
	slowName[i + 1] = test
}

# alive says which tests run, if nothing was said for a while.
function alive(   p, all) {
	if (now - said < 30) return
	for (p in began) all = all (all == "" ? "" : ", ") (runs[p] == "" ? "" : runs[p] " of ") p
	say("      " (now - first) " s: " (all == "" ? "building" : all))
}

# finish ends a package.
function finish(p,   i) {
	for (i = 1; i <= lines[p]; i++) {
		if (book != "") printf "%s", held[p, i] > book
		delete held[p, i]
	}
	delete lines[p]
	delete began[p]
}

/^tick / {
	now = $2
	if (!first) first = said = now
	alive()
	next
}
$0 == "tests-failed" { failed = 1; next }
!/^\{/ { say($0); next }

{
	action = field("Action")
	p = field("Package")
	test = field("Test")
}

action == "build-output" { printf "%s", field("Output"); next }
action == "start" { began[p] = now; next }
action == "run" || action == "cont" { runs[p] = test; next }
action == "pause" { sub(/\/[^\/]*$/, "", test) || test = ""; runs[p] = test; next }
action == "output" {
	line = field("Output")
	held[p, ++lines[p]] = line
	if (test != "") note(p, test, line)
	else if (line ~ /^(ok  |\?   )\t/) { sub(/\n$/, "", line); say(line) }
	next
}
action == "skip" && test != "" { skip(p, test); over(p, test); next }
(action == "pass" || action == "fail") && test != "" { over(p, test); next }
action == "pass" || action == "skip" { tell(p); finish(p); next }
action == "fail" { complain(p); failed = 1; finish(p); next }

END {
	for (p in began) { complain(p); finish(p) } # whoever ended go test wants to know how far it came
	for (i = 1; i <= 12 && slow[i] >= 5; i++) print (i == 1 ? "slowest: " : "         ") slowName[i] " " slow[i] " s"
	for (why in left) print "left out: " left[why] " tests: " why
	if (skipped == 0) print "nothing " (leftOut ? "else " : "") "was skipped"
	for (i = 1; i <= skipped; i++) print "skipped: " skips[i]
	if (avoidable && ENVIRON["QRKIOSK_TEST_ALL"] == "1") {
		print "a skip is a failure here (QRKIOSK_TEST_ALL=1)"
		failed = 1
	}
	exit failed
}
