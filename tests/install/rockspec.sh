# SPDX-License-Identifier: GPL-3.0-or-later
# `luarocks make` builds and installs a copy of the tree into a rock tree of its own, from which a stock lua5.4 loads
# the module, and takes it away again.
#   sh rockspec.sh SOURCE_DIR BUILD_DIR
source=$1 build=$2
command -v luarocks >/dev/null || { echo "skipped: luarocks is not there"; exit 77; }
command -v make >/dev/null || { echo "skipped: make, by which luarocks builds, is not there"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
rocks="luarocks --lua-version 5.4 --tree $work/tree"
HOME=$work # no settings of the user's
CMAKE_BUILD_PARALLEL_LEVEL=2
export HOME CMAKE_BUILD_PARALLEL_LEVEL

for rockspec in "$source/finlab-scm-1.rockspec" "$build"/finlab-*-1.rockspec; do
    luarocks lint "$rockspec" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
done
mkdir "$work/copy"
(cd "$source" && tar -c --exclude='./build*' --exclude=./out --exclude=./.git .) | tar -x -C "$work/copy"
cd "$work/copy" || exit 1
$rocks make finlab-scm-1.rockspec >"$work/log" 2>&1 || { tail -n 40 "$work/log"; exit 1; }

cd "$work" || exit 1
cat >use.lua <<'END'
local fl = require "finlab"
local inst = assert(fl.generate { seed = 1, plain = true, tight = "loose" })
assert(math.abs(fl.gap(inst:solve "milp", inst:solve "exact")) < 1e-6)
assert(package.searchpath("finlab", package.cpath):find(arg[1], 1, true))
END
LUA_PATH=';;' LUA_CPATH="$work/tree/lib/lua/5.4/?.so" lua5.4 use.lua "$work/tree" || exit 1
"$work/tree/bin/finlab" --version || exit 1
$rocks remove finlab >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
[ -z "$(find "$work/tree" -name 'finlab*')" ] || { find "$work/tree" -name 'finlab*'; exit 1; }
