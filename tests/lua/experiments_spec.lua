-- SPDX-License-Identifier: GPL-3.0-or-later
-- The experiments as their user meets them, the published figures among their results, and what they do when
-- methods contradict each other.
local expected = dofile("tests/lua/expected_savings.lua")

local scripts = dofile("tests/lua/script.lua")
local read, run = scripts.read, scripts.run
local temporary_folder, remove = scripts.temporary_folder, scripts.remove

--- The records of a CSV file without quoted cells, and its lines.
local function records(path)
    local lines, rows, names = {}, {}, nil
    for line in read(path):gmatch("[^\n]+") do table.insert(lines, line) end
    for i, line in ipairs(lines) do
        local row, cells = {}, {}
        for cell in (line .. ","):gmatch("([^,]*),") do table.insert(cells, cell) end
        if names then assert.equal(#names, #cells, line) end
        for c, cell in ipairs(cells) do row[names and names[c] or c] = cell end
        if i == 1 then names = cells else table.insert(rows, row) end
    end
    return rows
end

--- A number of the CSV, rounded; "" stays.
local function rounded(text, format, factor)
    return text == "" and "" or format:format(tonumber(text) * (factor or 1))
end

local function starts_with(path, start)
    assert.equal(start, read(path):sub(1, #start))
end

-- A script that runs another one on a finlab in which some results are spoiled: arguments are the fault, a
-- function of (method, options, result) in Lua, and the script with its arguments.
local SPOILED = [[
local fl = require "finlab"
local spoil = load(arg[1])
local wrap
local instance = {
    with = function(self, changes) return wrap(self.real:with(changes)) end,
    digest = function(self) return self.real:digest() end,
    solve = function(self, method, options)
        local answer, all = table.pack(self.real:solve(method, options)), {}
        for name, value in pairs(options or {}) do all[name] = value end
        for name, value in method:gmatch "([%w_]+)=([^,]*)" do all[name] = value end
        if answer[1] then spoil(method:match "^[^:]*", all, answer[1]) end
        return table.unpack(answer, 1, answer.n)
    end,
}
instance.__index = instance
instance.__close = function(self) self.real:close() end
function wrap(real, ...)
    if not real then return real, ... end
    return setmetatable({ real = real }, instance)
end
local build, generate = fl.instance, fl.generate
fl.instance = function(...) return wrap(build(...)) end
fl.generate = function(...) return wrap(generate(...)) end
arg = { [0] = arg[2], table.unpack(arg, 3) }
dofile(arg[0])
]]

--- A fault: one figure of the results of which `condition` is true, times `factor`.
local function spoil(condition, figure, factor)
    return ("if %s and result.%s then result.%s = %s * result.%s end"):format(condition, figure, figure,
        factor, figure)
end

local function run_spoiled(fault, script, format, ...)
    local path = os.tmpname()
    local file = assert(io.open(path .. ".lua", "w"))
    file:write(SPOILED)
    file:close()
    fault = ("'local method, options, result = ... %s' "):format(fault)
    local code, out, err = run(path .. ".lua", fault .. script .. " " .. format, ...)
    os.remove(path .. ".lua")
    os.remove(path)
    return code, out, err
end

describe("experiments/savings.lua", function()
    local folder, code, out, cases, summary

    setup(function()
        folder = temporary_folder()
        code, out = run("experiments/savings.lua", "--out '%s'", folder)
        cases = records(folder .. "/savings.csv")
        summary = records(folder .. "/savings-summary.csv")
    end)

    teardown(function() remove(folder) end)

    --- The cases that have all of `wanted`; deadline in ms and target in %.
    local function select_cases(wanted)
        local found = {}
        for _, case in ipairs(cases) do
            local fits = true
            for key, value in pairs(wanted) do fits = fits and case[key] == value end
            if fits then
                case.ms, case.percent = tonumber(case.deadline) * 1e3, tonumber(case.target) * 1e2
                table.insert(found, case)
            end
        end
        return found
    end

    local function summary_row(links, method, gamma)
        for _, row in ipairs(summary) do
            if row.links == links and row.method == method and row.gamma == gamma then return row end
        end
        error(("no row %s %s %s"):format(links, method, gamma))
    end

    it("ends well and writes everything it says", function()
        assert.equal(0, code)
        local where, names = out:match("\nWritten to ([^:]+): ([^\n]+)\n$")
        assert.equal(folder, where)
        local n = 0
        for name in names:gmatch("[^, ]+") do
            assert.is_true(#read(where .. "/" .. name) > 100)
            n = n + 1
        end
        assert.equal(7, n)
        starts_with(folder .. "/savings.svg", "<?xml")
        starts_with(folder .. "/savings.png", "\x89PNG")
        starts_with(folder .. "/savings-map.png", "\x89PNG")
        starts_with(folder .. "/savings.md", "# ")
    end)

    it("fits into a hundred columns", function()
        for line in out:gmatch("[^\n]+") do
            assert.is_true(utf8.len(line) <= 100 or line:match("^Written") ~= nil, line)
        end
    end)

    --- Compare one method's energies at an operating point with the stretches expected.
    local function check_stretches(found, stretches, where)
        local covered = 0
        for _, stretch in ipairs(stretches) do
            local wanted = stretch[3] and ("%.3f"):format(stretch[3]) or ""
            for _, case in ipairs(found) do
                if case.ms > stretch[1] - 1e-6 and case.ms < stretch[2] + 1e-6 then
                    covered = covered + 1
                    local got = rounded(case.energy, "%.3f", 1e3)
                    assert.equal(wanted, got, ("%s at %g ms: %s, not %s"):format(where, case.ms, got, wanted))
                end
            end
        end
        assert.is_true(covered >= 6, where)
    end

    it("gives the published energies at the operating points, with both engines", function()
        for _, point in ipairs(expected.points) do
            local wanted = {
                links = "receiver", model = point.model, target = ("%.17g"):format(point.target / 100),
            }
            local function check(method, gamma, engine, stretches)
                wanted.method, wanted.gamma, wanted.engine = method, gamma, engine
                check_stretches(select_cases(wanted), stretches,
                    ("%s %d %% %s %s"):format(point.model, point.target, method, gamma))
            end
            check("exact", "", "", point.exact)
            check("milp", "", "", point.exact)
            check("mcp", "", "", point.mcp)
            for _, gamma in ipairs { 3, 10, 30 } do
                check("fin", tostring(gamma), "native", point[gamma])
                check("fin", tostring(gamma), "igraph", point[gamma])
            end
        end
    end)

    it("gives the published summary of the grid, row by row", function()
        for _, row in ipairs(expected.grid) do
            local got = summary_row("receiver", row[1], row[2])
            assert.same(row, {
                got.method, got.gamma, tonumber(got.no_plan), tonumber(got.optimal),
                rounded(got.ratio, "%.4f"), rounded(got.worst, "%.4f"),
                rounded(got.saving_released, "%.2f", 100), tonumber(got.reach_released),
                rounded(got.saving_mcp, "%.2f", 100), tonumber(got.reach_mcp), tonumber(got.tight),
            })
            assert.equal("208", got.cells)
        end
        assert.equal(expected.summed_saving_mcp,
            rounded(summary_row("receiver", "exact", "").summed_mcp, "%.1f", 100))
    end)

    it("gives the published baseline's energies", function()
        local found = select_cases { links = "receiver", grid = "yes", method = "released" }
        assert.equal(208, #found)
        for _, case in ipairs(found) do
            assert.equal(("%.3f"):format(expected.released(case.ms, case.percent)),
                rounded(case.claimed, "%.3f", 1e3), ("%g ms %g %%"):format(case.ms, case.percent))
        end
    end)

    it("finds that with bottleneck links most of the savings against mcp are gone", function()
        for _, row in ipairs(expected.bottleneck) do
            local wanted = { links = "bottleneck", model = row[1], target = ("%.17g"):format(row[2] / 100) }
            wanted.method = "exact"
            local optima = select_cases(wanted)
            wanted.method = "mcp"
            local least, most
            for i, mcp in ipairs(select_cases(wanted)) do
                assert.equal(mcp.deadline, optima[i].deadline)
                if mcp.energy ~= "" then
                    local saved = 100 * (1 - tonumber(optima[i].energy) / tonumber(mcp.energy))
                    least, most = math.min(least or saved, saved), math.max(most or saved, saved)
                end
            end
            assert.same({ row[3], row[4] }, { math.floor(least + 0.5), math.floor(most + 0.5) })
        end
    end)

    it("says in words which form of the claim holds", function()
        local receiver, bottleneck = out:match('"Over 65 %% saved", with receiver links(.*)'
            .. '"Over 65 %% saved", with bottleneck links(.*)')
        receiver, bottleneck = receiver:gsub("%s+", " "), bottleneck:gsub("%s+", " ")
        assert.matches("On average over the grid it holds against released (78.66 %), does not hold against "
            .. "mcp (26.71 %).", receiver, 1, true)
        assert.matches("B-AlexNet, target 80 %, against mcp: does not hold at 3–6 ms (35.55 % to 54.06 %), "
            .. "holds at 7–15 ms (71.77 %).", receiver, 1, true)
        assert.matches("B-ResNet, target 80 %, against mcp: does not hold at 0.5–5 ms (37.44 % to 64.98 %).",
            receiver, 1, true)
        assert.matches("does not hold against mcp (0.00 %)", bottleneck, 1, true)
    end)

    it("computes those words from the energies", function()
        local dear = spoil('method == "mcp"', "energy", 10)
        local other = temporary_folder()
        local ended, said = run_spoiled(dear, "experiments/savings.lua", "--quick --out '%s'", other)
        remove(other)
        assert.equal(0, ended)
        assert.matches("holds against released %(%d+%.%d%d %%%),%s+holds against mcp", said)
        assert.is_nil(said:match("does not hold against mcp"))
    end)

    it("compares milp with exact and the engines in every cell, and says how often", function()
        assert.matches("milp = exact: 442 cases, 0 exceptions", out, 1, true)
        assert.matches("native = igraph, plan and bound: 3094 cases, 0 exceptions", out, 1, true)
    end)

    it("ends with 1 when methods contradict each other", function()
        for what, fault in pairs {
            ["milp = exact"] = spoil('method == "milp"', "energy", 1.000001),
            ["native = igraph"] = spoil('options.engine == "igraph"', "bound", 0.999999),
        } do
            local other = temporary_folder()
            local ended, _, complaint = run_spoiled(fault, "experiments/savings.lua", "--quick --out '%s'",
                other)
            remove(other)
            assert.equal(1, ended)
            assert.matches(what, complaint, 1, true)
            assert.matches("not to be trusted", complaint, 1, true)
        end
    end)

    it("ends with 2 for arguments that it does not know", function()
        for _, arguments in ipairs { "--fast", "here", "--out", "--quick=1", "--out=", "--quick --quick" } do
            local ended, said, complaint = run("experiments/savings.lua", arguments)
            assert.equal(2, ended)
            assert.equal("", said)
            assert.matches("^savings.lua: [^\n]+\n$", complaint)
        end
        assert.equal(0, (run("experiments/savings.lua", "--help")))
    end)

    it("ends with 4 when it cannot write", function()
        local ended, _, complaint = run("experiments/savings.lua", "--out /dev/null/x")
        assert.equal(4, ended)
        assert.matches("savings.lua: /dev/null/x: ", complaint, 1, true)
    end)
end)

describe("experiments/optimality.lua", function()
    local folder, code, out

    setup(function()
        folder = temporary_folder()
        code, out = run("experiments/optimality.lua", "--quick --instances 40 --seed 7 --out '%s'", folder)
    end)

    teardown(function() remove(folder) end)

    it("ends well and writes everything", function()
        assert.equal(0, code)
        for _, name in ipairs { "optimality", "optimality-distance", "optimality-profile" } do
            starts_with(("%s/%s.svg"):format(folder, name), "<?xml")
            starts_with(("%s/%s.png"):format(folder, name), "\x89PNG")
        end
        starts_with(folder .. "/optimality.md", "# ")
        for line in out:gmatch("[^\n]+") do
            assert.is_true(utf8.len(line) <= 100 or line:match("^Written") ~= nil, line)
        end
    end)

    it("sums its own cases up", function()
        local cases, n = records(folder .. "/optimality.csv"), 0
        for _, row in ipairs(records(folder .. "/optimality-summary.csv")) do
            local count, optimal, no_plan, worst = 0, 0, 0, nil
            for _, case in ipairs(cases) do
                if case.family == row.family and case.method == row.method and case.gamma == row.gamma then
                    local energy, optimum = tonumber(case.energy), tonumber(case.optimum)
                    count = count + 1
                    if not energy then no_plan = no_plan + 1 end
                    if energy and energy <= optimum * (1 + 1e-9) then optimal = optimal + 1 end
                    if energy and optimum > 0 then worst = math.max(worst or 0, energy / optimum - 1) end
                end
            end
            assert.equal(tonumber(row.instances), count)
            assert.near(optimal / count, tonumber(row.optimal), 1e-12)
            assert.near(no_plan / count, tonumber(row.no_plan), 1e-12)
            if worst then assert.near(worst, tonumber(row.worst_gap), 1e-9 * (1 + worst)) end
            n = n + 1
        end
        assert.equal(2 * 9, n)
    end)

    it("finds proven methods optimal everywhere, and FIN more often with a larger gamma", function()
        for _, row in ipairs(records(folder .. "/optimality-summary.csv")) do
            if row.method == "exact" or row.method == "milp" then
                assert.same({ "1", "0", "1" }, { row.optimal, row.no_plan, row.tight })
            end
        end
        local share = {}
        for _, row in ipairs(records(folder .. "/optimality-summary.csv")) do
            share[row.family .. row.gamma] = tonumber(row.optimal)
        end
        for _, family in ipairs { "small", "medium" } do
            assert.is_true(share[family .. 3] < share[family .. 30])
        end
    end)

    it("gives the same files for the same seed, and others for another", function()
        local again, other = temporary_folder(), temporary_folder()
        run("experiments/optimality.lua", "--quick --instances=40 --seed=7 --out '%s'", again)
        run("experiments/optimality.lua", "--quick --instances 40 --seed 8 --out '%s'", other)
        for _, name in ipairs { "optimality.csv", "optimality-summary.csv", "optimality.md" } do
            assert.equal(read(folder .. "/" .. name), read(again .. "/" .. name))
            assert.not_equal(read(folder .. "/" .. name), read(other .. "/" .. name))
        end
        remove(again)
        remove(other)
    end)

    it("ends with 1 when methods contradict each other", function()
        for what, fault in pairs {
            ["milp = exact"] = spoil('method == "milp"', "energy", 1.000001),
            ["native = igraph"] = spoil('options.engine == "igraph"', "bound", 0.999999),
            ["no plan below the optimum"] = spoil('method == "mcp"', "energy", 0.001),
            ["no bound above it"] = spoil('method == "fin"', "bound", 2),
        } do
            local other = temporary_folder()
            local ended, _, complaint = run_spoiled(fault, "experiments/optimality.lua",
                "--quick --instances 10 --out '%s'", other)
            remove(other)
            assert.equal(1, ended)
            assert.matches(what, complaint, 1, true)
        end
    end)

    it("ends with 2 for arguments that make no sense", function()
        for _, arguments in ipairs { "--seed -1", "--seed x", "--instances 0", "--instances 1.5", "17" } do
            local ended, said, complaint = run("experiments/optimality.lua", arguments)
            assert.equal(2, ended)
            assert.equal("", said)
            assert.matches("^optimality.lua: [^\n]+\n$", complaint)
        end
    end)
end)
