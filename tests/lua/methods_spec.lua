-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

local function by_name()
    local set = {}
    for _, method in ipairs(fl.methods()) do set[method.name] = method end
    return set
end

describe("fl.methods", function()
    it("collects the methods of every room", function()
        local set = by_name()
        for name in ("exact milp fin mcp cheapest fastest single released"):gmatch("%w+") do
            assert.is_table(set[name])
            assert.is_true(#set[name].summary > 0)
        end
    end)

    it("gives every method a name of its own", function()
        local seen = {}
        for _, method in ipairs(fl.methods()) do
            assert.is_nil(seen[method.name])
            seen[method.name] = true
        end
    end)

    it("says what a method may claim", function()
        local set = by_name()
        assert.equal("optimal", set.exact.claims)
        assert.equal("optimal", set.milp.claims)
        assert.equal("bound", set.fin.claims)
    end)

    it("describes options well enough to try each of them", function()
        local inst = assert(fl.generate { seed = 1, nodes = 2, blocks = 3, plain = true, tight = "loose" })
        for _, method in ipairs(fl.methods()) do
            for _, option in ipairs(method.options) do
                assert.is_true(#option.doc > 0)
                local value = option.default
                if option.type == "choice" then
                    assert.is_true(#option.choices > 0)
                    value = option.choices[#option.choices]
                elseif option.type == "node" then
                    value = inst:table().system.nodes[1].name
                end
                assert.is_not_nil(value)
                local result, message, code = inst:solve(method.name, { [option.name] = value })
                assert.is_true(result ~= nil or code == "unsupported", message)
                code = select(3, inst:solve(method.name, { [option.name] = "no such value" }))
                assert.equal("invalid", code)
            end
        end
    end)

    it("lists how a method for one application places several", function()
        for _, method in ipairs(fl.methods()) do
            local jointly = false
            for _, feature in ipairs(method.honours) do jointly = jointly or feature == "several" end
            assert.equal(jointly, method.sequential == nil)
            if not jointly then
                assert.same({ "order", "restarts", "seed" }, {
                    method.sequential[1].name, method.sequential[2].name, method.sequential[3].name,
                })
            end
        end
    end)
end)
