# SPDX-License-Identifier: GPL-3.0-or-later
# The libraries print nothing, never end the process and keep no mutable globals. Asked of the object code, so
# neither a macro nor a spelling can hide anything; constant tables with addresses in them (.data.rel.ro) are
# fine, and so is assert().
#   sh no_printing.sh SOURCE_DIR BUILD_DIR
cd "$2" || exit 1

# nm's columns: file and name | value | class | type | size | line | section
for room in core milp heuristics; do
    nm -A --format=sysv "$room/libfinlab_$room.a" || echo failed
done | awk -F '|' '
function wrong(text) {
    print $1 ": " text
    bad = 1
}

$0 == "failed" { bad = 1 }
NF < 7 { next }
{
    name = $1
    sub(/.*:/, "", name)
    gsub(/ /, "", name)
    section = $7
    gsub(/ /, "", section)
}
name ~ /^(__)?v?(printf|puts|putchar|putchar_unlocked|perror|psignal)(_chk)?$/ ||
name ~ /^(stdout|stderr)$/ { wrong("prints") }
name ~ /^(exit|_exit|_Exit|quick_exit|abort|raise|kill|err|errx|error)$/ { wrong("ends the process") }
# The one exception: igraph hands its error handler no place of the caller, so the reason is kept per thread.
/heuristics\.a:graph\.c\.o:/ && name == "reason" && section == ".tbss" { next }
# A sanitizer adds a marker of its own to each constant.
section ~ /^(\.(data|bss|tdata|tbss)|\*COM\*)/ && section !~ /^\.data\.rel\.ro/ && name !~ /^__odr_asan/ {
    wrong("keeps a global")
}
END { exit bad }
'
