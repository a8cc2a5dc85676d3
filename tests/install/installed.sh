# SPDX-License-Identifier: GPL-3.0-or-later
# What `cmake --install` leaves is enough: C programs build against it by pkg-config and by CMake, each header
# compiles alone, a stock lua5.4 loads the module, the program runs, and shells and man find their pages.
#   sh installed.sh SOURCE_DIR BUILD_DIR
build=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

complain() {
    echo "installed: $*"
    bad=1
}

cmake --install "$build" --prefix "$work/usr" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
at=$work/usr
pc=$(find "$at" -name finlab.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH

# --- C programs ---
cat >"$work/two.json" <<'END'
{ "system": { "nodes": [ {"name": "phone", "speed": 1e9, "power": 2} ] },
  "apps": [ { "source": "phone", "deadline": 1,
    "blocks": [ {"ops": 1e8} ], "exits": [ {"after": 1, "accuracy": 0.9} ] } ] }
END
cat >"$work/program.c" <<'END'
#include "core/result.h"
#include "heuristics/methods.h"
#include "milp/methods.h"
#include <stdio.h>

static fl_status solve(const fl_instance *instance, const fl_method *method, fl_error *err) {
    fl_settings settings;
    fl_result result;
    fl_arena arena;
    fl_arena_init(&arena, 0);
    fl_settings_default(&settings, method, instance);
    fl_status status = fl_run(&result, instance, method, &settings, &arena, NULL, err);
    if (status == FL_OK) printf("%s %.3f\n", method->name, result.verdict.energy);
    fl_arena_free(&arena);
    return status;
}

int main(int argc, char **argv) {
    fl_instance *instance;
    fl_error err = {0};
    if (argc < 2 || fl_instance_load(&instance, argv[1], &err) != FL_OK) return fprintf(stderr, "%s\n", err.text);
    solve(instance, fl_core_methods[0], &err);
    solve(instance, fl_milp_methods[0], &err);
    solve(instance, &fl_fin_method, &err);
    fl_instance_free(instance);
    return err.code;
}
END
wanted='exact 0.200
milp 0.200
fin 0.200'

# says NAME PROGRAM: it prints what is wanted.
says() {
    [ "$("$2" "$work/two.json")" = "$wanted" ] || complain "$1: the program does not answer right"
}

# shellcheck disable=SC2046 # flags are meant to split
if ${CC:-cc} -std=c11 -Wall -Werror "$work/program.c" -o "$work/by_pkgconfig" $(pkg-config --cflags --libs finlab); then
    says pkg-config "$work/by_pkgconfig"
else
    complain "pkg-config: the program does not build"
fi

mkdir "$work/cmake"
cat >"$work/cmake/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.24)
project(program LANGUAGES C)
find_package(finlab 0.1 REQUIRED)
add_executable(program ../program.c)
target_link_libraries(program PRIVATE finlab::finlab)
END
if cmake -S "$work/cmake" -B "$work/cmake/build" -G Ninja -DCMAKE_PREFIX_PATH="$at" >"$work/log" 2>&1 &&
    cmake --build "$work/cmake/build" >>"$work/log" 2>&1; then
    says CMake "$work/cmake/build/program"
else
    cat "$work/log"
    complain "CMake: the program does not build"
fi

# --- Headers ---
include=$at/include/finlab
for header in $(cd "$include" && find . -name '*.h' | sed 's,^\./,,'); do
    printf '#include "%s"\n' "$header" | ${CC:-cc} -std=c11 -I"$include" -fsyntax-only -x c - ||
        complain "$header needs what is not installed"
done

# --- The program, the module, their pages ---
[ "$("$at/bin/finlab" --version)" = "finlab $(pkg-config --modversion finlab)" ] || complain "program and .pc differ"
"$at/bin/finlab" solve "$work/two.json" --method exact | grep -q '200 mJ' || complain "the program does not solve"
module=$(dirname "$(find "$at" -name finlab.so)")
cd "$work" || exit 1
LUA_PATH=';;' LUA_CPATH="$module/?.so" lua5.4 -e 'assert(require("finlab").load("two.json"):solve("exact").energy)' ||
    complain "a stock lua5.4 cannot use the module"
"$at/bin/finlab" help --man | cmp - "$at/share/man/man1/finlab.1" || complain "the manual page is an old one"
"$at/bin/finlab" completion bash | cmp - "$at/share/bash-completion/completions/finlab" ||
    complain "the completion is an old one"
bash -n "$at/share/bash-completion/completions/finlab" || complain "bash cannot read the completion"
[ -e "$at/share/finlab/finlab.d.lua" ] || complain "finlab.d.lua is missing"

# --- Documents: links between them lead somewhere ---
docs=$at/share/doc/finlab
cd "$docs" || exit 1
find . -name '*.md' | while read -r document; do
    grep -o '](\([^)#:]*\))' "$document" | sed 's/](\(.*\))/\1/' | while read -r target; do
        [ -e "$(dirname "$document")/$target" ] || echo "$document links to $target, which is not installed"
    done
done >"$work/links"
[ ! -s "$work/links" ] || complain "$(cat "$work/links")"
exit $bad
