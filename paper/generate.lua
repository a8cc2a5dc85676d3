-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the paper needs of the results in out/: every number of its text, its tables and its figures' data, as
-- files in paper/generated/. `./run paper` calls it.

local here = arg[0]:match("^.*/") or ""
local study = dofile(here .. "../experiments/study.lua")

local USAGE = [[
finlab paper/generate.lua [--out DIR] [--to DIR]

Writes numbers.tex, tables and figure data from the files that the experiments have left in DIR.

--out DIR   where the experiments' CSV files are (default: out)
--to DIR    where the files for LaTeX go (default: paper/generated)
]]

local given = study.options(USAGE, { out = "out", to = "paper/generated" })

study.folder(given.to)
local paper = dofile(here .. "latex.lua")(study, given.out, given.to)
for _, part in ipairs { "published", "random", "shared", "claims" } do
    assert(loadfile(here .. "results/" .. part .. ".lua"))(paper)
end
paper:write_numbers()
