# SPDX-License-Identifier: GPL-3.0-or-later
# The .deb depends on the libraries that the program needs, holds what a Debian package must, and its program runs.
#   sh package.sh SOURCE_DIR BUILD_DIR
build=$2
command -v dpkg-shlibdeps >/dev/null || { echo "skipped: dpkg-shlibdeps (package dpkg-dev) is not there"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

complain() {
    echo "package: $*"
    bad=1
}

(cd "$build" && cpack -B "$work/out") >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
deb=$(find "$work/out" -maxdepth 1 -name 'finlab_*.deb')
depends=$(dpkg-deb -f "$deb" Depends)
for library in libc6 libglpk libigraph libjansson liblua5.4 libsqlite3; do
    case $depends in
    *"$library"*) ;;
    *) complain "does not depend on $library: $depends" ;;
    esac
done
dpkg-deb -x "$deb" "$work/root"
at=$(dirname "$(dirname "$(find "$work/root" -path '*/bin/finlab')")")
for file in share/doc/finlab/copyright share/doc/finlab/changelog.gz share/doc/finlab/changelog.Debian.gz \
    share/man/man1/finlab.1.gz share/bash-completion/completions/finlab; do
    [ -e "$at/$file" ] || complain "holds no $file"
done
[ ! -e "$at/share/doc/finlab/LICENSE" ] || complain "holds a second copy of the licence"
"$at/bin/finlab" generate --seed 1 >"$work/one.json" || complain "the program does not run"
"$at/bin/finlab" solve "$work/one.json" --method exact | grep -q '^method *exact' || complain "it does not solve"
exit $bad
