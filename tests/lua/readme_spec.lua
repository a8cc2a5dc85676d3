-- SPDX-License-Identifier: GPL-3.0-or-later
-- The figures in README.md are those that the program finds.
local fl = require "finlab"

local function readme()
    local file = assert(io.open "README.md")
    local text = file:read "a"
    file:close()
    return text
end

--- Mean savings of the optimum over the grid, in percent, and FIN's counts.
local function grid(links)
    local base = assert(fl.instance {
        system = fl.systems.three_tier { links = links },
        apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 1 } },
    })
    local sums, cells, found = { released = 0, mcp = 0 }, 0, { optimal = 0, none = 0 }
    for milliseconds = 3, 15 do
        for percent = 10, 85, 5 do
            local inst = assert(base:with { deadline = milliseconds * 1e-3, accuracy = percent / 100 })
            local optimum = assert(inst:solve "exact")
            if optimum.energy then
                cells = cells + 1
                sums.mcp = sums.mcp + fl.saving(optimum, assert(inst:solve "mcp"))
                sums.released = sums.released + 1 - optimum.energy / assert(inst:solve "released").claimed
                local fin = assert(inst:solve("fin", { gamma = 30 }))
                if fin.energy and fl.gap(fin, optimum) < 1e-9 then found.optimal = found.optimal + 1 end
                if not assert(inst:solve("fin", { gamma = 3 })).energy then found.none = found.none + 1 end
            end
        end
    end
    return 100 * sums.released / cells, 100 * sums.mcp / cells, found
end

describe("README.md", function()
    it("says what placement saves under both link models", function()
        local text = readme()
        for _, links in ipairs { "receiver", "bottleneck" } do
            local released, mcp = grid(links)
            local row = ("| %.2f %% | %.2f %% |"):format(released, mcp)
            assert.is_truthy(text:find(row, 1, true), row)
        end
    end)

    it("says how often FIN is optimal and finds nothing", function()
        local _, _, found = grid "receiver"
        local text = readme():gsub("%s+", " ")
        assert.is_truthy(text:find(("optimal in %d of the 208 cells"):format(found.optimal), 1, true))
        assert.is_truthy(text:find(("it finds no plan in %d"):format(found.none), 1, true))
    end)

    it("has a script that prints what it says", function()
        local script = readme():match "```lua\n(.-)```"
        local printed = {}
        local environment = setmetatable({}, { __index = _G })
        environment.print = function(line) table.insert(printed, line) end
        assert(load(script, "README.md", "t", environment))()
        assert.is_truthy(readme():find("It prints `" .. printed[1] .. "`", 1, true), printed[1])
    end)

    it("has an instance whose optimum is the one it names", function()
        local path = os.tmpname()
        local file = assert(io.open(path, "w"))
        file:write(readme():match "```json\n(.-)```")
        file:close()
        local result = assert(assert(fl.load(path)):solve "exact")
        os.remove(path)
        local said = ("# %.0f mJ at %.1f ms"):format(result.energy * 1e3, result.latency * 1e3)
        assert.is_truthy(readme():find(said, 1, true), said)
    end)
end)
