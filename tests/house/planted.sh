# SPDX-License-Identifier: GPL-3.0-or-later
# A gate that cannot turn red proves nothing: plant one fault after the other in a copy and require that the
# gate is green without it, red with it, and says where it is.
#   sh planted.sh SOURCE_DIR BUILD_DIR
gates=$1/tests/house
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
bad=0
planted=0

# gate NAME: run it on the copy.
gate() { sh "$gates/$1.sh" "$copy" "$copy/build" >"$copy/said" 2>&1; }

complain() {
    echo "$1"
    sed 's/^/    /' "$copy/said"
    bad=1
}

must_be_green() { gate "$1" || complain "$1: red without a planted fault"; }

# must_find GATE FILE TEXT: add FILE with TEXT to the copy, run the gate, take it away again.
must_find() {
    planted=$((planted + 1))
    printf '%s\n' "$3" >"$copy/$2"
    gate "$1" && complain "$1: did not see in $2: $3"
    grep -q "$2" "$copy/said" || complain "$1: did not name $2: $3"
    rm "$copy/$2"
}

# must_find_object WHAT ROOM CODE: make CODE the whole library of a room and ask no_printing, which must say WHAT.
must_find_object() {
    planted=$((planted + 1))
    printf '%s\n' "$3" | library "$2" || complain "no_printing: the planted code does not compile: $3"
    gate no_printing && complain "no_printing: did not see in $2: $3"
    grep -q "planted.o.*$1" "$copy/said" || complain "no_printing: did not say '$1' about: $3"
    harmless "$2"
}

# harmless ROOM: a library of constants only, with and without addresses in them.
harmless() {
    library "$1" <<'END'
static const char *const names[] = {"a", "b"};
static const int table[] = {1, 0};
const char *fl_harmless(int i) { return names[table[i]]; }
END
}

# library ROOM: make the room's static library from the C on standard input.
library() {
    mkdir -p "$copy/build/$1" && rm -f "$copy/build/$1"/*.a
    ${CC:-cc} -O2 -fPIC -c -x c - -o "$copy/planted.o" && ar rc "$copy/build/$1/libfinlab_$1.a" "$copy/planted.o"
}

for room in core milp heuristics lua; do
    mkdir "$copy/$room" "$copy/tests" 2>/dev/null
    cp "$1/$room"/*.[ch] "$copy/$room/" 2>/dev/null
done

must_be_green arrows
must_find arrows core/planted.c '#include "milp/model.h"'
must_find arrows core/planted.h '  #  include "heuristics/fin.h"'
must_find arrows milp/planted.c '#include "heuristics/fin.h"'
must_find arrows heuristics/planted.c '#include "milp/model.h"'
must_find arrows heuristics/planted.c '#include "lua/support.h"'
must_find arrows lua/planted.c '#include "tests/support/brute.h"'
must_find arrows core/planted.c '#include "plan.h"'
must_find arrows core/planted.c '#include <jansson.h>'
must_find arrows milp/planted.c '#include <jansson.h>'
must_find arrows milp/planted.c '#include <glpk.h>'
must_find arrows heuristics/planted.c '#include <glpk.h>'
must_find arrows heuristics/planted.c '#include <igraph.h>'
must_find arrows milp/planted.c '#include <lua.h>'
must_find arrows core/planted.c '#include <sqlite3.h>'
must_find arrows lua/planted.c '#include <sqlite3.h>'
must_find arrows lua/planted.c '#include <igraph/igraph.h>'

# One small room is enough for the others, and keeps them quick.
rm -r "$copy/milp" "$copy/heuristics" "$copy/lua" && mkdir "$copy/milp" "$copy/heuristics" "$copy/lua"
find "$copy/core" -type f ! -name status.h -exec rm {} +
must_be_green tolerances
must_find tolerances core/planted.c 'static bool same(double a, double b) { return fabs(a - b) <= 1e-9; }'
must_find tolerances milp/planted.c 'double tolerance = 1.0E-10;'
must_find tolerances heuristics/planted.h '#define SMALL 0.0000001'
must_find tolerances heuristics/planted.c '/* a comment */ if (x < 1e-300 * y) return; /* 1e-3 */'
must_find tolerances core/planted.c 'const char *text = "\"/*"; double least = 1e-12;'

must_be_green headers_alone
must_find headers_alone core/planted.h 'size_t fl_planted_size(void);'
must_find headers_alone core/planted.h 'static inline int fl_planted_cut(double x) { return x; }'
must_find headers_alone core/planted.h 'typedef struct fl_planted { int twice; } fl_planted;'

for room in core milp heuristics; do harmless $room; done
must_be_green no_printing
must_find_object prints core '#include <stdio.h>
void fl_planted(int n) { printf("%d\n", n); }'
must_find_object prints milp '#include <stdio.h>
void fl_planted(void) { printf("only text\n"); }'
must_find_object prints heuristics '#include <stdio.h>
void fl_planted(void) { fprintf(stderr, "%s", "warning"); }'
must_find_object 'ends the process' core '#include <stdlib.h>
void fl_planted(int n) { if (n) exit(1); }'
must_find_object 'ends the process' heuristics '#include <stdlib.h>
void fl_planted(void) { abort(); }'
must_find_object 'keeps a global' core 'int fl_planted = 3;'
must_find_object 'keeps a global' milp 'static int calls; int fl_planted(void) { return ++calls; }'
must_find_object 'keeps a global' heuristics 'const char *fl_planted(int n) { static _Thread_local char text[8]; text[0] = (char)n; return text; }'
must_find_object 'keeps a global' core 'const char *fl_planted = "mutable pointer to constant text";'

mkdir "$copy/paper" && cp "$1"/paper/*.tex "$copy/paper/"
must_be_green paper_numbers
must_find paper_numbers paper/planted.tex 'which saves 65\,\% of the energy'
must_find paper_numbers paper/planted.tex 'in 1 of the cells, \val{receiver.exact.cells} in all'
must_find paper_numbers paper/planted.tex 'at $\gamma=30$ levels'
must_find paper_numbers paper/planted.tex 'a gap of $2.5$ or less'
must_find paper_numbers paper/planted.tex 'see Table 3'
must_find paper_numbers paper/planted.tex 'FIN with thirty-two levels'
must_find paper_numbers paper/planted.tex 'Ten of the cells'

# The second judge shares no code with the first, and no test is written so that it cannot fail.
mkdir -p "$copy/tests/support" "$copy/tests/core" && cp "$1"/tests/support/*.[ch] "$copy/tests/support/"
cp "$1/tests/CMakeLists.txt" "$copy/tests/"
must_be_green honest
must_find honest tests/support/naive_planted.c '#include "core/evaluate.h"'
must_find honest tests/support/brute_planted.c '#include "core/cost.h"'
must_find honest tests/support/front_planted.h '  # include "core/layers.h"'
must_find honest tests/core/planted.c '    cr_assert(gt(int, 1, 1));'
must_find honest tests/core/planted.c '    cr_assert(true);'
must_find honest tests/planted.cmake 'add_test(NAME x COMMAND busted spec.lua)'
must_find honest tests/planted.cmake 'add_test(NAME x COMMAND prove x.tap)'
echo "$planted planted faults were seen"
exit $bad
