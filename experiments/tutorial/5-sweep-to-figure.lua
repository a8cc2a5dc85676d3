-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tutorial 5: from a sweep to a table, a figure and a page. Figures need gnuplot.
-- build/finlab experiments/tutorial/5-sweep-to-figure.lua [FOLDER]; lines with an arrow are what it prints.

local fl = require "finlab"
local folder = arg[1] or "out/tutorial"

local inst = assert(fl.instance {
    name = "three tiers", system = fl.systems.three_tier(),
    apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 7e-3, accuracy = 0.8 } },
})

-- What does an inference cost under each deadline? Axes are crossed, and what is done is in the store, so an
-- interrupted run goes on where it stopped. Run this twice: nothing is solved again.
local rows = assert(fl.sweep {
    name = "deadlines", store = folder .. "/deadlines.db",
    axes = { deadline = fl.range(3e-3, 10e-3, 0.5e-3), method = { "exact", "fin:gamma=10", "mcp" } },
    case = function(p) return inst:with { deadline = p.deadline } end,
}:run { jobs = 2, progress = false })

-- A table with a column per method, in mJ; and what one says about it: what the optimum saves, case by case.
local pivot = rows:pivot { rows = "deadline", columns = "method", scale = 1e3, format = "%.2f" }
assert(pivot:write(folder .. "/deadlines.md"))
print(pivot:text():match "\n *(0.0045 [^\n]*)")
--> 0.0045  85.60         89.91  139.50
local change = rows:compare { a = "exact", b = "mcp" }.rows[1]
print(("%.0f %% on average, in %d of %d cases"):format(-100 * change.mean, change.wins, change.pairs))
--> 57 % on average, in 15 of 15 cases

-- A figure, and a page with everything.
local figure = rows:plot {
    kind = "stairs", x = { key = "deadline", scale = 1e3, unit = "ms" },
    y = { key = "energy", scale = 1e3, unit = "mJ" },
}
local drawn, why = figure:write(folder .. "/deadlines.svg")
if not drawn then io.stderr:write("no figure: ", why, "\n") end
local page = assert(fl.page(folder .. "/deadlines.db", { instances = { inst } }))
assert(page:write(folder .. "/deadlines.html"))
