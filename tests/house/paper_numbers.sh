# SPDX-License-Identifier: GPL-3.0-or-later
# Every number in the paper's text comes from a result: it is written \val{name}. What looks like one that was typed:
# digits in the text, and numbers from four up in words. What does not: digits in a name (CIFAR-10, C11), in what a
# command names (\ref, \cite, \input), and in formulas the digits 0, 1 and 2 alone. Whole figures are drawn in
# paper/figures, where numbers are layout.
#   sh paper_numbers.sh SOURCE_DIR
cd "$1" || exit 1

find paper -maxdepth 1 -name '*.tex' | sort | xargs awk '
BEGIN {
    tens = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    words = "four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|dozen|hundreds?|thousands?"
    words = "(^|[^a-z])(" words "|(" tens ")(-[a-z]+)?)([^a-z]|$)"
}

# Complain about the numbers in a piece of text, or of a formula.
function look(text, formula,    before, word) {
    before = ""
    if (!formula && match(tolower(text), words)) {
        word = substr(text, RSTART, RLENGTH)
        printf "%s:%d: \"%s\" is no result; write \\val{...}\n", FILENAME, FNR, word
        bad = 1
    }
    while (match(text, /[0-9][0-9.,]*/)) {
        word = substr(text, RSTART, RLENGTH)
        before = before substr(text, 1, RSTART - 1)
        text = substr(text, RSTART + RLENGTH)
        sub(/[.,]+$/, "", word)
        if (formula ? word !~ /^[012](,[012])*$/ : before !~ /[A-Za-z]-?$/) {
            printf "%s:%d: %s is no result; write \\val{...}\n", FILENAME, FNR, word
            bad = 1
        }
        before = before word
    }
}

FNR == 1 {
    display = 0
    preamble = 0
}

/^\\documentclass/ { preamble = 1 }
/^\\begin\{document\}/ {
    preamble = 0
    next
}
preamble { next }

{
    line = $0
    gsub(/\\%/, " ", line)
    sub(/%.*/, "", line)
    if (line ~ /\\begin\{(align|equation)\*?\}|^\\\[/) display = 1
    closing = line ~ /\\end\{(align|equation)\*?\}|^\\\]/
    gsub(/\\(val|ref|eqref|cite|label|input|bibliography|bibliographystyle|begin|end|texttt)\{[^{}]*\}/, "@", line)
    gsub(/\\(setlength\{[^{}]*\}\{[^{}]*\}|vspace\*?\{[^{}]*\})/, "", line)
    n = split(line, piece, "$")
    for (i = 1; i <= n; i++) {
        if (i > 1) inside = !inside
        look(piece[i], display || inside)
    }
    if (closing) display = 0
    if (line ~ /^[ \t]*$/) inside = 0
}

END { exit bad }
'
