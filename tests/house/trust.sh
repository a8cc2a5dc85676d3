# SPDX-License-Identifier: GPL-3.0-or-later
# The table in tests/README.md is the one that `./run trust --table` prints, but for the figures, and what its checks
# run is there.
#   sh trust.sh SOURCE_DIR BUILD_DIR
cd "$1" || exit 1
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT

# The table, without its last column.
rows() { awk '/^\| check / { on = 1 } !/^\|/ { on = 0 } on' | sed 's/ |[^|]*|$/ |/'; }

lua5.4 tests/trust/trust.lua --table | rows >"$here/printed"
rows <tests/README.md >"$here/written"
if [ ! -s "$here/printed" ] || ! diff "$here/written" "$here/printed"; then
    echo "tests/README.md: the table is not the one that ./run trust --table prints"
    exit 1
fi
for script in $(grep -oE 'tests/[a-z]+/[a-z]+\.(sh|lua)' tests/trust/trust.lua | sort -u); do
    [ -e "$script" ] || { echo "tests/trust/trust.lua: there is no $script"; exit 1; }
done
for test in $(grep -oE "'\^lua\.[a-z]+\\$'" tests/trust/trust.lua | tr -d "'^\$" | sort -u); do
    [ -e "tests/lua/${test#lua.}_spec.lua" ] || { echo "tests/trust/trust.lua: there is no test $test"; exit 1; }
done
for test in $(grep -oE '`(gates|house|milp|core|agreement|lua)\.[a-z_]+`' tests/README.md | tr -d '`' | sort -u); do
    room=${test%.*} name=${test#*.}
    ls "tests/$room/$name."* "tests/$room/${name}_spec.lua" 2>/dev/null | grep -q . ||
        grep -q "add_gate($name " tests/CMakeLists.txt || { echo "tests/README.md: there is no test $test"; exit 1; }
done
