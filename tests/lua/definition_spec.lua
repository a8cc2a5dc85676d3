-- SPDX-License-Identifier: GPL-3.0-or-later
-- lua/finlab.d.lua describes exactly what the module has.
local fl = require "finlab"

local here = debug.getinfo(1, "S").source:match("^@(.*)definition_spec%.lua$")
local text = assert(io.open(here .. "../../lua/finlab.d.lua")):read("a")

--- The names of functions that the definition file gives `class`, and of its own ---@field lines.
local function described(class, separator)
    local names = {}
    for name in text:gmatch("\nfunction " .. class .. separator .. "([%w_]+)%(") do names[name] = true end
    return names
end

local function fields_of(class)
    local names = {}
    local block = text:match("%-%-%-@class " .. class:gsub("%.", "%%.") .. "\n(.-)\nlocal") or ""
    for name in block:gmatch("%-%-%-@field ([%w_]+)") do names[name] = true end
    return names
end

local function names_of(table)
    local names = {}
    for name in pairs(table) do
        if type(name) == "string" and name:sub(1, 2) ~= "__" then names[name] = true end
    end
    return names
end

describe("the definition file", function()
    it("has every name of the module and no other", function()
        local all = described("finlab", "%.")
        for name in pairs(fields_of("finlab")) do all[name] = true end
        assert.same(names_of(fl), all)
    end)

    it("has every model, system and statistic", function()
        assert.same(names_of(fl.models), described("models", "%."))
        assert.same(names_of(fl.systems), described("systems", "%."))
        assert.same(names_of(fl.stats), described("stats", "%."))
        assert.same(names_of(fl.traces), described("traces", "%."))
        assert.same(names_of(fl.import), described("import", "%."))
    end)

    it("has every method of the module's objects", function()
        local inst = assert(fl.generate { seed = 1 })
        assert.same(names_of(debug.getmetatable(inst).__index), described("instance", ":"))
        assert.same(names_of(getmetatable(fl.table {})), described("records", ":"))
        assert.same(names_of(getmetatable(fl.plot { series = { { points = {} } } })), described("plot", ":"))
        local easy = assert(fl.generate { seed = 1, plain = true, tight = "loose" })
        assert.same(names_of(getmetatable(fl.picture(easy, easy:solve "exact"))), described("picture", ":"))
        assert.same(names_of(getmetatable(fl.graph(easy))), described("graph", ":"))
        assert.same(names_of(getmetatable(fl.progress(1))), described("progress", ":"))
        assert.same(names_of(getmetatable(fl.sweep { run = print })), described("sweep", ":"))
        assert.same(names_of(getmetatable(fl.store "x.db")), described("store", ":"))
        local trace = assert(fl.traces.new { slots = 1 })
        assert.same(names_of(getmetatable(trace)), described("trace", ":"))
        local result = assert(fl.online { instance = easy, trace = trace, policies = { "static" } })
        assert.same(names_of(getmetatable(result)), described("result", ":"))
    end)

    it("has every field of results and methods", function()
        local function check(class, record)
            local block = text:match("%-%-%-@class " .. class .. "[^\n]*\n(.-)\n\n")
            for name in pairs(record) do
                assert.is_truthy(block:find("---@field " .. name .. "%??[ ]"), class .. "." .. name)
            end
        end
        local inst = assert(fl.generate { seed = 1, plain = true, tight = "loose" })
        local best = inst:solve("exact", { k = 2 })
        check("finlab%.result", best)
        check("finlab%.alternative", best.alternatives[1])
        check("finlab%.placement", inst:solve("exact").plan[1])
        check("finlab%.verdict", inst:evaluate(inst:solve("exact")))
        local explanation = inst:with({ deadline = 1e-12 }):explain()
        check("finlab%.explanation", explanation)
        check("finlab%.reach", explanation.apps[1])
        check("finlab%.remedy", explanation.limits[1])
        check("finlab%.remedy", inst:explain().limits[1])
        for _, method in ipairs(fl.methods()) do
            check("finlab%.method", method)
            for _, option in ipairs(method.options) do check("finlab%.option", option) end
        end
    end)
end)
