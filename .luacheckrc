-- SPDX-License-Identifier: GPL-3.0-or-later
std = "lua54"
max_line_length = 110
files["tests"].std = "lua54+busted"
files["lua/finlab.d.lua"].max_line_length = false -- an annotation is one line
