# SPDX-License-Identifier: GPL-3.0-or-later
# Every header compiles on its own, under strict warnings, and may be included twice.
#   sh headers_alone.sh SOURCE_DIR
# shellcheck disable=SC2086 # flags are meant to split
cd "$1" || exit 1
bad=0
lua=$(pkg-config --cflags lua5.4)
strict="-Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Wshadow -Wstrict-prototypes -Werror"

for header in $(find core milp heuristics lua tests -name '*.h' | sort); do
    printf '#include "%s"\n#include "%s"\nstruct not_empty;\n' "$header" "$header" |
        ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -I. $lua $strict -fsyntax-only -x c - ||
        { echo "$header does not compile alone"; bad=1; }
done
exit $bad
