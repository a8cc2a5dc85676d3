# SPDX-License-Identifier: GPL-3.0-or-later
# No tolerance is written outside core/tolerance.h. What looks like one: a number literal of 1e-6 or less, in
# code; comments and strings do not count. A unit is not a tolerance, but write it so that it does not look
# like one: x / 1e9, not x * 1e-9. Nor is what the generator draws, magnitude(draw, least, most). DBL_EPSILON
# stays allowed: it belongs to the arithmetic, and bounds made of it are derived, not chosen.
#   sh tolerances.sh SOURCE_DIR
cd "$1" || exit 1

find core milp heuristics -name '*.[ch]' ! -path core/tolerance.h | sort | xargs awk '
# The line without comments and strings; `within`: it starts inside a comment.
function code(line,    out, at) {
    out = ""
    while (line != "") {
        if (within) {
            at = index(line, "*/")
            if (!at) return out
            line = substr(line, at + 2)
            within = 0
        } else if (match(line, /^"([^"\\]|\\.)*"/) || match(line, /^\047([^\047\\]|\\.)*\047/)) {
            line = substr(line, RLENGTH + 1)
        } else if (substr(line, 1, 2) == "/*") {
            line = substr(line, 3)
            within = 1
        } else if (substr(line, 1, 2) == "//") {
            return out
        } else {
            out = out substr(line, 1, 1)
            line = substr(line, 2)
        }
    }
    return out
}

FNR == 1 { within = 0 }

{
    rest = code($0)
    gsub(/magnitude\([^()]*\)/, "", rest)
    while (match(rest, /[A-Za-z_0-9.]+([eE][-+][0-9]+)?/)) {
        word = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        if (word ~ /^[0-9.]/ && word + 0 > 0 && word + 0 <= 1e-6) {
            printf "%s:%d: %s looks like a tolerance; name it in core/tolerance.h\n", FILENAME, FNR, word
            bad = 1
        }
    }
}

END { exit bad }
'
