-- SPDX-License-Identifier: GPL-3.0-or-later
-- README.md's figure: what the optimum saves against both baselines under both models of a link, and how
-- often FIN finds the optimum with how many levels; B-AlexNet on CIFAR-10 over the grid of savings.lua. A
-- test compares it with the file that `finlab experiments/readme.lua --out experiments` writes.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/readme.lua [--out DIR]

Draws README.md's figure.

--out DIR   where readme.svg goes (default: out)
]]

local given = study.options(USAGE, { out = "out" })

local GAMMAS = { 3, 5, 10, 20, 30, 50, 200 }
local CLAIM = 65 -- % saved, as the FIN paper says
local BASELINES = { { "released", "the released rule" }, { "mcp", "mcp" } }
local LINKS = { { "receiver", "timed by the receiver" }, { "bottleneck", "timed by the slower end" } }

-- Figures -------------------------------------------------------------------------------------------------

--- Call visit with the instance of every cell of the grid.
local function each_cell(links, visit)
    local base <close> = study.try(fl.instance {
        system = fl.systems.three_tier { links = links },
        apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 1 } },
    })
    for milliseconds = 3, 15 do
        for percent = 10, 85, 5 do
            local inst <close> = study.try(base:with {
                deadline = milliseconds / 1000, accuracy = percent / 100,
            })
            visit(inst)
        end
    end
end

--- Mean saving of the optimum against each baseline, in per cent.
local function savings_of(links)
    local sums, n = { released = 0, mcp = 0 }, 0
    each_cell(links, function(inst)
        local optimum = study.solve(inst, "exact")
        if not optimum.energy then return end
        n = n + 1
        for _, baseline in ipairs(BASELINES) do
            local method = baseline[1]
            local result = study.solve(inst, method)
            sums[method] = sums[method] + fl.saving(optimum, { energy = result.energy or result.claimed })
        end
    end)
    return { released = 100 * sums.released / n, mcp = 100 * sums.mcp / n }
end

--- In how many cells FIN is optimal, dearer, and without a plan.
local function counts_of(gamma)
    local counts = { optimal = 0, dearer = 0, none = 0 }
    each_cell("receiver", function(inst)
        local fin, optimum = study.solve(inst, "fin", { gamma = gamma }), study.solve(inst, "exact")
        local kind = not fin.energy and "none"
            or study.same(fin.energy, optimum.energy) and "optimal" or "dearer"
        counts[kind] = counts[kind] + 1
    end)
    return counts
end

-- Drawing -------------------------------------------------------------------------------------------------

local COLOURS = { -- Okabe and Ito's
    released = "#0072b2", mcp = "#e69f00", optimal = "#0072b2", dearer = "#e69f00", none = "#bbbbbb",
}
local WIDTH, HEIGHT = 840, 290
local lines = {}

local function add(format, ...) table.insert(lines, format:format(...)) end

local function text(x, y, anchor, words, style)
    add('<text x="%g" y="%g" text-anchor="%s"%s>%s</text>', x, y, anchor, style or "", words)
end

local function bar(x, y, width, height, colour)
    add('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>', x, y, width, height, colour)
end

local BOLD, SMALL = ' font-weight="bold"', ' font-size="11" fill="#555"'
local OUTLINED = ' paint-order="stroke" stroke="#fff" stroke-width="4"'

--- On the left: a bar for each model of a link and baseline.
local function draw_savings()
    local left, scale, y = 20, 2.8, 64 -- px, px per per cent
    text(left, 24, "start", "What the optimum saves, mean over the grid", BOLD)
    add('<path d="M%g 40V262" stroke="#555" stroke-dasharray="4 3"/>', left + scale * CLAIM)
    text(left + scale * CLAIM, 278, "middle", ("claimed: over %d %%"):format(CLAIM), SMALL)
    for _, links in ipairs(LINKS) do
        text(left, y - 6, "start", "a transfer " .. links[2], SMALL)
        local saved = savings_of(links[1])
        for _, baseline in ipairs(BASELINES) do
            local width = scale * saved[baseline[1]]
            bar(left, y, math.max(width, 1), 28, COLOURS[baseline[1]])
            text(left + width + 6, y + 19, "start",
                ("%.1f %% against %s"):format(saved[baseline[1]], baseline[2]), OUTLINED)
            y = y + 36
        end
        y = y + 36
    end
end

--- On the right: a column for each number of levels, cells stacked.
local function draw_levels()
    local left, bottom, scale = 480, 232, 0.8 -- px, px, px per cell
    text(left, 24, "start", "FIN by its number of levels, cells of the grid", BOLD)
    for i, gamma in ipairs(GAMMAS) do
        local counts, x, y = counts_of(gamma), left + 50 * (i - 1), bottom
        for _, kind in ipairs { "optimal", "dearer", "none" } do
            y = y - scale * counts[kind]
            if counts[kind] > 0 then bar(x, y, 36, scale * counts[kind], COLOURS[kind]) end
        end
        text(x + 18, bottom - 8, "middle", counts.optimal, ' fill="#fff" font-size="12"')
        text(x + 18, bottom + 16, "middle", gamma)
    end
    local x = left
    for _, kind in ipairs { { "optimal", "optimal" }, { "dearer", "dearer" }, { "none", "no plan" } } do
        bar(x, bottom + 34, 12, 12, COLOURS[kind[1]])
        text(x + 18, bottom + 44, "start", kind[2], SMALL)
        x = x + 80
    end
end

local function draw()
    add('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" '
        .. 'font-family="sans-serif" font-size="13" fill="#222">', WIDTH, HEIGHT, WIDTH, HEIGHT)
    add('<rect width="%d" height="%d" fill="#fff"/>', WIDTH, HEIGHT)
    draw_savings()
    draw_levels()
    add "</svg>"
end

study.folder(given.out)
draw()
local picture = { text = table.concat(lines, "\n") .. "\n" }
function picture:write(path)
    local file <close> = study.try(io.open(path, "w"))
    return file:write(self.text)
end
study.write(given.out, { ["readme.svg"] = picture })
