-- SPDX-License-Identifier: GPL-3.0-or-later
-- The figures in README.md are those that the program finds.
local fl = require "finlab"
local scripts = dofile("tests/lua/script.lua")

local function readme() return scripts.read "README.md" end

--- In how many of the 208 cells FIN is optimal, and has no plan.
local function cells(gamma)
    local base = assert(fl.instance {
        system = fl.systems.three_tier(),
        apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 1 } },
    })
    local optimal, none = 0, 0
    for milliseconds = 3, 15 do
        for percent = 10, 85, 5 do
            local inst = assert(base:with { deadline = milliseconds * 1e-3, accuracy = percent / 100 })
            local fin, optimum = assert(inst:solve("fin", { gamma = gamma })), assert(inst:solve "exact")
            if not fin.energy then
                none = none + 1
            elseif fl.gap(fin, optimum) < 1e-9 then
                optimal = optimal + 1
            end
        end
    end
    return optimal, none
end

describe("README.md", function()
    it("shows the figure that its experiment draws", function()
        local folder = scripts.temporary_folder()
        assert.equal(0, (scripts.run("experiments/readme.lua", "--out '%s'", folder)))
        assert.is_truthy(readme():find("](experiments/readme.svg)", 1, true))
        local drawn = scripts.read(folder .. "/readme.svg")
        scripts.remove(folder)
        assert.is_true(drawn == scripts.read "experiments/readme.svg",
            "run build/finlab experiments/readme.lua --out experiments")
    end)

    it("says how often FIN is optimal and finds nothing", function()
        local text = readme():gsub("%s+", " ")
        assert.is_truthy(text:find(("optimal in %d of the 208 cells"):format((cells(30))), 1, true))
        assert.is_truthy(text:find(("it finds no plan in %d"):format(select(2, cells(3))), 1, true))
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
