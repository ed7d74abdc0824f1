#!/bin/sh
# Makes inter.woff2 from variable/InterVariable.woff2 of the npm package inter-ui 4.1.1.
# Needs Debian's packages fonttools and python3-brotli. Usage: subset.sh InterVariable.woff2
set -eu
work=$(mktemp -d)
fonttools varLib.instancer "$1" opsz=16 wght=400:700 -o "$work/inter.ttf"
# Tabular figures are for digits and their marks; a blank or a hyphen as wide as a digit tears
# "12,50 €" and "B2-0042" apart.
/usr/bin/python3 - "$work/inter.ttf" "$work/figures.ttf" <<'PYTHON'
import sys
from fontTools.ttLib import TTFont

font = TTFont(sys.argv[1])
gsub = font["GSUB"].table
blanks = ("space", "uni00A0", "hyphen", "slash")
for feature in gsub.FeatureList.FeatureRecord:
    if feature.FeatureTag != "tnum":
        continue
    for i in feature.Feature.LookupListIndex:
        for table in gsub.LookupList.Lookup[i].SubTable:
            table = getattr(table, "ExtSubTable", table)
            for name in [n for n in table.mapping if n.startswith(blanks)]:
                del table.mapping[name]
font.save(sys.argv[2])
PYTHON
pyftsubset "$work/figures.ttf" --flavor=woff2 --no-hinting --desubroutinize \
	--unicodes="U+0020-007E,U+00A0-00FF,U+0100-017F,U+0218-021B,U+1E9E,U+2010-2015,U+2018-201E,U+2022,U+2026,U+202F,U+2030,U+2039-203A,U+20AC,U+2212" \
	--layout-features=kern,mark,ccmp,locl,calt,tnum,cv11,ss03,case \
	--name-IDs=1,2,3,4,6,13,14 --output-file="$(dirname "$0")/inter.woff2"
rm -r "$work"
