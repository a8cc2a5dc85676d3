#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Clone, build and decide the claims from nothing, and say how long it took.
set -u
source=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
start=$(date +%s)
git clone --quiet "$source" "$copy/finlab" && cd "$copy/finlab" && ./run reproduce || exit 1
echo "reproduced in $(($(date +%s) - start)) s"
