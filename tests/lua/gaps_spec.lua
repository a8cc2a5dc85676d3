-- SPDX-License-Identifier: GPL-3.0-or-later
-- tests/known/gaps.csv: how far each heuristic is from the optimum on seeded instances. No heuristic gets
-- worse unseen: not by a tenth of a point in the mean, not by a plan that it does not find any more. Where
-- one has got better, FINLAB_GAPS=FILE writes the figures anew.
local fl = require "finlab"

local FILE, INSTANCES = "tests/known/gaps.csv", 300
local HEADING = "method,instances,found,optimal,mean gap,worst gap,seed of the worst"

--- The figures of every heuristic, by name: one line of the file each.
local function measure()
    local figures, names = {}, {}
    for _, method in ipairs(fl.methods()) do
        if method.claims ~= "optimal" and method.name ~= "released" then
            table.insert(names, method.name)
            figures[method.name] = { feasible = 0, found = 0, optimal = 0, sum = 0, worst = 0, seed = 0 }
        end
    end
    for seed = 1, INSTANCES do
        local inst = assert(fl.generate { seed = seed, blocks = 6, nodes = 5, tight = "medium" })
        local best = assert(inst:solve "exact")
        if best.energy and best.energy > 0 then
            for name, of in pairs(figures) do
                local result = assert(inst:solve(name))
                of.feasible = of.feasible + 1
                if result.energy then
                    local gap = fl.gap(result, best)
                    of.found = of.found + 1
                    if gap < 1e-9 then of.optimal = of.optimal + 1 end
                    of.sum = of.sum + gap
                    if gap > of.worst then of.worst, of.seed = gap, seed end
                end
            end
        end
    end
    return names, figures
end

local function mean(of)
    return of.found > 0 and of.sum / of.found or 0
end

describe("every heuristic", function()
    it("is as close to the optimum as it was", function()
        local names, figures = measure()
        local path = os.getenv "FINLAB_GAPS"
        if path then
            local file <close> = assert(io.open(path, "w"))
            file:write(HEADING, "\n")
            for _, name in ipairs(names) do
                local of = figures[name]
                file:write(("%s,%d,%d,%d,%.6f,%.6f,%d\n"):format(name, of.feasible, of.found, of.optimal,
                    mean(of), of.worst, of.seed))
            end
            return
        end
        local known = 0
        for line in io.lines(FILE) do
            local name, found, average = line:match "^([%w-]+),%d+,(%d+),%d+,([%d.]+),"
            if name then
                local of = assert(figures[name], name)
                assert.is_true(of.found >= tonumber(found), ("%s found %s plans, now %d"):format(name, found,
                    of.found))
                assert.is_true(mean(of) <= tonumber(average) + 1e-3,
                    ("%s: mean gap %s, now %.6f"):format(name, average, mean(of)))
                known = known + 1
            end
        end
        assert.equal(#names, known, "a heuristic is not in " .. FILE .. ": write it anew with FINLAB_GAPS")
        print(("# %d heuristics no worse"):format(known))
    end)
end)
