-- SPDX-License-Identifier: GPL-3.0-or-later
-- The paper without LaTeX: quick runs of all experiments give a value for every name in its text.
local scripts = dofile("tests/lua/script.lua")
local read, run = scripts.read, scripts.run

local BENCHMARK = [[
{ "measurements": [
  { "section": "engines", "family": "5x3", "engine": "exact", "end": "done", "stop": "done", "seconds": 2e-6,
    "ratio_to_exact": 1 },
  { "section": "engines", "family": "5x3", "engine": "milp (GLPK)", "end": "done", "stop": "done",
    "seconds": 1e-4, "ratio_to_exact": 50 },
  { "section": "engines", "family": "5x3", "engine": "fin, gamma 30", "end": "done", "stop": "done",
    "seconds": 1e-6, "ratio_to_exact": 0.5 } ] }
]]
local CAMPAIGN = "family instances answers faults\nall    20    400     0\n"

local folder

local function write(path, text)
    local file <close> = assert(io.open(path, "w"))
    file:write(text)
end

--- Run a script of this tree; it must end well.
local function must_run(path, format, ...)
    local code, out, err = run(path, format, ...)
    assert.equal(0, code, out .. err)
end

--- The value of each name in numbers.tex.
local function numbers(to)
    must_run("paper/generate.lua", "--out '%s' --to '%s/%s'", folder, folder, to)
    local values = {}
    for name, value in read(("%s/%s/numbers.tex"):format(folder, to)):gmatch "\\setval{([^{}]*)}{([^\n]*)}" do
        values[name] = value
    end
    return values
end

describe("paper/generate.lua", function()
    local values

    setup(function()
        folder = scripts.temporary_folder()
        assert(os.execute("mkdir " .. folder))
        write(folder .. "/bench.json", BENCHMARK)
        write(folder .. "/campaign.txt", CAMPAIGN)
        for _, name in ipairs {
            "savings", "networks", "optimality", "strategies", "worst", "multiapp", "online", "claims",
        } do
            must_run(("experiments/%s.lua"):format(name), "--quick --out '%s'", folder)
        end
        values = numbers "tex"
    end)

    teardown(function() scripts.remove(folder) end)

    it("names every number that the text uses", function()
        for name in read("paper/paper.tex"):gmatch "\\val{(%w[^{}#]*)}" do
            assert.is_string(values[name], name)
        end
    end)

    it("writes every file that the text and the figures read", function()
        local texts = read "paper/paper.tex"
        for name in texts:gmatch "\\input{(figures/[^{}]*)}" do
            texts = texts .. read("paper/" .. name .. ".tex")
        end
        local n = 0
        for name in texts:gmatch "{generated/([^{}#]*)}" do
            read(("%s/tex/%s"):format(folder, name:find("%.") and name or name .. ".tex"))
            n = n + 1
        end
        assert.is_true(n > 10)
    end)

    it("gives other numbers, where it matters, when one entry of a published network changes", function()
        write(folder .. "/changed.lua", ([[
            local fl = require "finlab"
            local published = fl.models.b_alexnet
            fl.models.b_alexnet = function(data)
                local model = published(data)
                model.blocks[2].ops = 2 * model.blocks[2].ops
                return model
            end
            arg = { [0] = "experiments/savings.lua", "--quick", "--out", "%s" }
            dofile "experiments/savings.lua"
        ]]):format(folder))
        must_run(folder .. "/changed.lua", "")
        local changed = numbers "changed"
        assert.are_not.equal(values["receiver.exact.released"], changed["receiver.exact.released"])
        assert.are_not.equal(values["receiver.exact.mcp"], changed["receiver.exact.mcp"])
        assert.equal(values["receiver.B-ResNet.most"], changed["receiver.B-ResNet.most"])
        assert.equal(values["medium.fin10.optimal"], changed["medium.fin10.optimal"])
    end)
end)
