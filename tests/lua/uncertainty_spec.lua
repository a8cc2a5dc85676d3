-- SPDX-License-Identifier: GPL-3.0-or-later
-- experiments/uncertainty.lua as its user meets it.
local scripts = dofile("tests/lua/script.lua")
local read, run, remove = scripts.read, scripts.run, scripts.remove

describe("experiments/uncertainty.lua", function()
    local folder, code, out

    setup(function()
        folder = scripts.temporary_folder()
        code, out = run("experiments/uncertainty.lua", "--quick --out '%s'", folder)
    end)

    teardown(function() remove(folder) end)

    --- The rows of a CSV file whose cells hold no comma.
    local function rows_of(name)
        local rows, names = {}, nil
        for line in read(("%s/uncertainty-%s.csv"):format(folder, name)):gmatch "[^\n]+" do
            local row, c = {}, 0
            for cell in (line .. ","):gmatch "([^,]*)," do
                c = c + 1
                row[names and names[c] or c] = tonumber(cell) or cell
            end
            if names then table.insert(rows, row) else names = row end
        end
        return rows
    end

    it("ends well and writes everything", function()
        assert.equal(0, code)
        assert.equal("# ", read(folder .. "/uncertainty.md"):sub(1, 2))
        for _, name in ipairs { "shares", "rates-B-AlexNet", "rates-B-ResNet", "rates-B-LeNet", "budgets" } do
            assert.equal("<?xml", read(("%s/uncertainty-%s.svg"):format(folder, name)):sub(1, 5))
            assert.equal("\x89PNG", read(("%s/uncertainty-%s.png"):format(folder, name)):sub(1, 4))
        end
        for line in out:gmatch "[^\n]+" do
            assert.is_true(utf8.len(line) <= 100 or line:match "^Written" ~= nil, line)
        end
    end)

    it("finds energies that rise with the share in time, where samples leave", function()
        local before
        for _, row in ipairs(rows_of "shares") do
            if before and before.network == row.network and before.energy ~= row.energy then
                assert.is_true(row.energy > before.energy)
                local cumulative = row.network == "B-LeNet" and { 0.5 } or { 0.5, 0.75 }
                local crossed = false
                for _, left in ipairs(cumulative) do
                    crossed = crossed or (before.share <= left + 1e-9 and row.share > left + 1e-9)
                end
                assert.is_true(crossed, ("%s at %g"):format(row.network, row.share))
            end
            before = row
        end
    end)

    it("finds pieces without a gap, cheaper with every faster one", function()
        local before
        for _, row in ipairs(rows_of "rates") do
            if before and before.network == row.network then
                assert.equal(before.to, row.rate)
                assert.equal("optimal", row.status)
                assert.is_true(before.energy == "" or row.energy < before.energy)
            end
            before = row
        end
        assert.matches("(%d+) pieces in 3 cases, found and proven by %1 solves", (out:gsub("%s+", " ")))
    end)

    it("finds prices of robustness that rise from 0", function()
        local before
        for _, row in ipairs(rows_of "drawn") do
            assert.is_true(row.budget > 0 or row.price == 0)
            assert.is_true(not before or row.price >= before)
            before = row.price
        end
        assert.is_true(before > 0)
    end)

    it("finds energies that rise with the deviations asked for", function()
        local before, late
        for _, row in ipairs(rows_of "deviations") do
            if row.deviations > 0 then
                assert.is_true(row.energy == "" or row.energy >= before.energy)
            else
                assert.same({ 0, "yes" }, { row.price, row.means_in_time })
            end
            late = late or row.means_in_time == "no"
            before = row
        end
        assert.is_true(late)
    end)

    it("compares on the way, without an exception", function()
        local compared = 0
        for cases, exceptions in out:gsub("%s+", " "):gmatch "(%d+) cases, (%d+) exceptions" do
            assert.is_true(tonumber(cases) > 0)
            assert.equal("0", exceptions)
            compared = compared + 1
        end
        assert.is_true(compared >= 12)
    end)

    it("ends with 2 for arguments that it does not know", function()
        for _, arguments in ipairs { "--fast", "here", "--out", "--quick=1" } do
            local ended, said, complaint = run("experiments/uncertainty.lua", arguments)
            assert.equal(2, ended)
            assert.equal("", said)
            assert.matches("^uncertainty.lua: [^\n]+\n$", complaint)
        end
    end)
end)

describe("lua/UNCERTAINTY.md", function()
    it("has a script that runs and prints what its questions are about", function()
        local printed = {}
        local environment = setmetatable({
            print = function(...) table.insert(printed, { ... }) end,
        }, { __index = _G })
        local text = read "lua/UNCERTAINTY.md"
        assert(load(text:match "```lua\n(.-)```", "UNCERTAINTY.md", "t", environment))()
        local pieces = #printed - 6
        assert.is_true(pieces >= 4)
        assert.equal("infeasible", printed[1][2])
        for i = 3, pieces do assert.is_true(printed[i][3] < printed[i - 1][3]) end
        for i = pieces + 2, pieces + 3 do assert.is_true(printed[i][3] >= printed[i - 1][3]) end
        for i = pieces + 5, #printed do assert.is_true(printed[i][3] >= printed[i - 1][3]) end
        assert.is_true(printed[#printed][3] > printed[#printed - 2][3])
    end)
end)
