-- SPDX-License-Identifier: GPL-3.0-or-later
-- experiments/strategies.lua and experiments/worst.lua as their user meets them.
local fl = require "finlab"

local scripts = dofile("tests/lua/script.lua")
local read, run, temporary_folder = scripts.read, scripts.run, scripts.temporary_folder

--- The records of a CSV file; cells in quotes hold no comma here.
local function records(path)
    local rows, names = {}, nil
    for line in read(path):gmatch("[^\n]+") do
        local row, c = {}, 0
        for cell in (line .. ","):gmatch("([^,]*),") do
            c = c + 1
            row[names and names[c] or c] = cell
        end
        if names then table.insert(rows, row) else names = row end
    end
    return rows
end

describe("experiments/strategies.lua", function()
    local folder, code, out = temporary_folder(), nil, nil

    setup(function()
        code, out = run("experiments/strategies.lua", "--quick --instances 15 --seed 3 --out '%s'", folder)
    end)

    teardown(function() os.execute(("rm -rf '%s'"):format(folder)) end)

    it("ends well and writes everything", function()
        assert.equal(0, code)
        assert.equal("<?xml", read(folder .. "/strategies.svg"):sub(1, 5))
        assert.equal("\x89PNG", read(folder .. "/strategies.png"):sub(1, 4))
        assert.equal("# ", read(folder .. "/strategies.md"):sub(1, 2))
        for line in out:gmatch("[^\n]+") do
            assert.is_true(utf8.len(line) <= 100 or line:match("^Written") ~= nil, line)
        end
    end)

    it("runs every method that proves no optimum and answers with a plan", function()
        local seen = {}
        for _, row in ipairs(records(folder .. "/strategies-summary.csv")) do
            seen[row.method:match("^[^:]+")] = true
        end
        for _, method in ipairs(fl.methods()) do
            if method.claims ~= "optimal" and method.name ~= "released" then
                assert.is_true(seen[method.name], method.name)
            end
        end
    end)

    it("sums its own cases up", function()
        local cases = records(folder .. "/strategies.csv")
        for _, row in ipairs(records(folder .. "/strategies-summary.csv")) do
            local n, optimal, none, worst = 0, 0, 0, nil
            for _, case in ipairs(cases) do
                if case.family == row.family and case.method == row.method then
                    local energy, optimum = tonumber(case.energy), tonumber(case.optimum)
                    n = n + 1
                    if not energy then none = none + 1 end
                    if energy and energy <= optimum * (1 + 1e-9) then optimal = optimal + 1 end
                    if energy then worst = math.max(worst or 0, energy / optimum - 1) end
                end
            end
            assert.equal(tonumber(row.instances), n)
            assert.near(optimal / n, tonumber(row.optimal), 1e-12)
            assert.near(none / n, tonumber(row.no_plan), 1e-12)
            if worst then assert.near(worst, tonumber(row.worst_gap), 1e-8 * (1 + worst)) end
        end
    end)

    it("finds no gap of a minimum cut on the published networks with their two useful sites", function()
        for _, row in ipairs(records(folder .. "/strategies-summary.csv")) do
            if row.family == "published" and row.method == "mincut" then
                assert.equal(160, tonumber(row.instances))
                assert.equal(0, tonumber(row.worst_gap))
            end
        end
    end)

    it("ends with 2 for arguments that it does not know", function()
        assert.equal(2, (run("experiments/strategies.lua", "--fast")))
        assert.equal(2, (run("experiments/strategies.lua", "--instances 0")))
        assert.equal(0, (run("experiments/strategies.lua", "--help")))
    end)

    it("leaves an instance out whose optimum takes no energy", function()
        local inst = assert(fl.generate { seed = 25 })
        assert.equal(0, assert(inst:with { deadline = 1e9 }):solve("exact").energy)
        local status, said = run("experiments/strategies.lua", "--quick --instances 2 --seed 24 --out '%s'",
            folder .. "/few")
        assert.equal(0, status, said)
    end)
end)

describe("experiments/worst.lua", function()
    local folder, code, out = temporary_folder(), nil, nil

    setup(function()
        code, out = run("experiments/worst.lua", "--evaluations 60 --ranges power=5:400,nodes=3 --out '%s'",
            folder)
    end)

    teardown(function() os.execute(("rm -rf '%s'"):format(folder)) end)

    it("ends well and says the gaps of the instances that it keeps", function()
        assert.equal(0, code)
        local rows = records(folder .. "/worst.csv")
        assert.equal(8, #rows)
        for _, row in ipairs(rows) do
            local kept = assert(fl.load(("%s/worst-%s.json"):format(folder, row.method:gsub("[^%w]+", "-"))))
            local result, optimum = kept:solve(row.method), kept:solve "exact"
            assert.near(tonumber(row.gap), fl.gap(result, optimum), 1e-9 * (1 + tonumber(row.gap)))
            local nodes = kept:table().system.nodes
            assert.equal(3, #nodes)
            for _, node in ipairs(nodes) do assert.is_true(node.power >= 5 and node.power <= 400) end
        end
        assert.equal("# ", read(folder .. "/worst.md"):sub(1, 2))
        for line in out:gmatch("[^\n]+") do
            assert.is_true(utf8.len(line) <= 100 or line:match("^Written") ~= nil, line)
        end
    end)

    it("ends with 2 for ranges that it does not understand", function()
        for _, ranges in ipairs { "power", "power=", "power=a:b", "colour=1:2", "power=2:1" } do
            local ended, said, complaint = run("experiments/worst.lua", "--ranges '%s'", ranges)
            assert.equal(2, ended)
            assert.equal("", said)
            assert.matches("^worst.lua: %-%-ranges: [^\n]+\n$", complaint)
        end
    end)
end)
