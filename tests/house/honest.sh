# SPDX-License-Identifier: GPL-3.0-or-later
# Ways in which tests agree with what they test, or cannot fail, whatever it does.
#   sh honest.sh SOURCE_DIR BUILD_DIR
cd "$1/tests" || exit 1
bad=0

# refuse WHY PATTERN FILE...: no line of the files may match.
refuse() {
    why=$1 pattern=$2
    shift 2
    grep -nE "$pattern" "$@" /dev/null 2>/dev/null | sed "s|^|tests/|; s|\$|  <- $why|" | grep . && bad=1
}

# The second judge knows an instance's and a plan's fields, and random numbers; what costs is its own.
refuse "the second judge shares code with the first" \
    '^[[:space:]]*#[[:space:]]*include "(core/(evaluate|cost|layers|exact|result|passes|dual|labels)|milp/|heuristics/)' \
    support/naive*.[ch] support/brute*.[ch] support/front*.[ch]
refuse "Criterion passes gt(int, 1, 1)" '\<(gt|ge|lt|le)\((int|double|size_t|long)' */*.c
refuse "cannot fail" 'cr_assert(_true|)\((true|1)\)' */*.c
refuse "lua5.4 is to be called by its name" 'COMMAND (busted|lua) ' *.txt *.cmake
refuse "prove cannot read a failing run of Criterion" 'COMMAND prove' *.txt *.cmake
exit $bad
