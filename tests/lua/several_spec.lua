-- SPDX-License-Identifier: GPL-3.0-or-later
-- lua/SEVERAL.md: its script gives what its table says.

local function manual()
    local file <close> = assert(io.open "lua/SEVERAL.md")
    return file:read "a"
end

--- The lines that the manual's script prints, split at tabs.
local function run_script()
    local lines = {}
    local chunk = assert(load(manual():match "```lua\n(.-)```", "SEVERAL.md", "t", setmetatable({
        print = function(...) table.insert(lines, table.pack(...)) end,
    }, { __index = _G })))
    chunk()
    return lines
end

describe("SEVERAL.md", function()
    it("shows placing one after another beside the joint optimum", function()
        local wanted = {
            { 0.2, "exact", "feasible", 0.95 }, { 0.2, "exact:order=load", "feasible", 0.75 },
            { 0.2, "colgen", "optimal", 0.75 }, { 0.2, "milp", "optimal", 0.75 },
            { 0.05, "exact", "unknown" }, { 0.05, "exact:order=load", "feasible", 0.75 },
            { 0.05, "colgen", "optimal", 0.75 }, { 0.05, "milp", "optimal", 0.75 },
        }
        local lines = run_script()
        assert.equal(#wanted, #lines)
        for i, line in ipairs(wanted) do
            assert.same({ line[1], line[2], line[3] }, { lines[i][1], lines[i][2], lines[i][3] })
            if line[4] then
                assert.near(line[4], lines[i][4], 1e-12)
            else
                assert.is_nil(lines[i][4])
            end
        end
    end)

    it("has the same figures in its table", function()
        local text = manual()
        for _, cells in ipairs { { "0.2 s", "feasible, 0.95 W", "feasible, 0.75 W", "optimal, 0.75 W" },
            { "0.05 s", "unknown, no plan", "feasible, 0.75 W", "optimal, 0.75 W" } } do
            assert.is_truthy(text:find("| " .. table.concat(cells, " | ") .. " |", 1, true))
        end
    end)
end)
