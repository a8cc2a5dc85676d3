# SPDX-License-Identifier: GPL-3.0-or-later
# Every #include follows the arrows between the rooms, and each third-party library enters by one door.
#   sh arrows.sh SOURCE_DIR
cd "$1" || exit 1

find core milp heuristics lua -name '*.[ch]' | sort | xargs awk '
BEGIN {
    may["core"] = "core"
    may["milp"] = "core milp"
    may["heuristics"] = "core heuristics"
    may["lua"] = "core milp heuristics lua"

    # The room of a third-party header, and whether a single file of that room may include it.
    home["jansson.h"] = "core";          single["jansson.h"] = 1
    home["glpk.h"] = "milp";             single["glpk.h"] = 1
    home["igraph.h"] = "heuristics";     single["igraph.h"] = 1
    home["sqlite3.h"] = "lua";           single["sqlite3.h"] = 1
    home["sanitizer/asan_interface.h"] = "core"; single["sanitizer/asan_interface.h"] = 1
    home["lua.h"] = home["lauxlib.h"] = home["lualib.h"] = "lua"

    n = split("assert ctype errno fenv float inttypes limits locale math setjmp signal stdarg stdatomic " \
              "stdbool stddef stdint stdio stdlib stdnoreturn string threads time " \
              "dirent fcntl poll pthread unistd sys/mman sys/prctl sys/stat sys/types sys/wait", names, " ")
    for (i = 1; i <= n; i++) standard[names[i] ".h"] = 1
}

function wrong(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    bad = 1
}

FNR == 1 { room = FILENAME; sub(/\/.*/, "", room) }

/^[ \t]*#[ \t]*include/ {
    header = $0
    sub(/^[^<"]*[<"]/, "", header)
    sub(/[>"].*$/, "", header)
    if (index($0, "<") == 0) {
        target = header
        if (!sub(/\/.*/, "", target)) wrong("\"" header "\" does not name its room")
        else if (index(" " may[room] " ", " " target " ") == 0) wrong(room " may not use " target)
    } else if (header in home) {
        if (home[header] != room) wrong("<" header "> belongs in " home[header])
        else if (single[header] && door[header] != "" && door[header] != FILENAME)
            wrong("<" header "> is already included in " door[header])
        door[header] = FILENAME
    } else if (!(header in standard)) {
        wrong("<" header "> is neither standard nor a library with a room")
    }
}

END { exit bad }
'
