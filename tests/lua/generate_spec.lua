-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

describe("fl.generate", function()
    it("draws the same instance for the same recipe and another for another seed", function()
        local text = assert(fl.generate { seed = 5 }):json()
        assert.equal(text, assert(fl.generate { seed = 5 }):json())
        assert.is_not.equal(text, assert(fl.generate { seed = 6 }):json())
    end)

    it("follows the recipe", function()
        local recipe = { seed = 1, blocks = 6, nodes = 4, exits = 3, apps = 2, tight = "loose" }
        local drawn = assert(fl.generate(recipe)):table()
        assert.equal(4, #drawn.system.nodes)
        assert.equal(2, #drawn.apps)
        assert.equal(6, #drawn.apps[1].blocks)
        assert.equal(3, #drawn.apps[2].exits)
        local tiers = assert(fl.generate { seed = 1, nodes = 12, tiers = 3 }):table().system
        local rule = {}
        for seed = 1, 20 do
            local app = assert(fl.generate { seed = seed, quantile = true }):table().apps[1]
            rule[app.latency or "worst"] = true
        end
        assert.is_true(rule.quantile)
        for _, link in ipairs(tiers.links) do assert.is_not_nil(link.from_tier) end
    end)

    it("scales energies and times", function()
        local recipe = { seed = 2, plain = true, tight = "loose" }
        local base = assert(fl.generate(recipe)):solve("exact").energy
        recipe.energy_scale = 8
        assert.near(8 * base, assert(fl.generate(recipe)):solve("exact").energy, 1e-9 * base)
    end)

    it("names the field that is wrong", function()
        local function refusal(recipe)
            local inst, message, code = fl.generate(recipe)
            assert.is_nil(inst)
            assert.equal("invalid", code)
            return message
        end
        assert.equal("seed: is missing", refusal {})
        assert.equal("seed: must be an integer from 0", refusal { seed = -1 })
        assert.equal("seed: must be an integer from 0", refusal { seed = "7" })
        assert.equal("blocks: must be an integer from 1", refusal { seed = 1, blocks = 0 })
        assert.equal("nodes: must be an integer from 1", refusal { seed = 1, nodes = 2.5 })
        assert.equal("plain: must be true or false", refusal { seed = 1, plain = 1 })
        assert.matches("^tight: must be ", refusal { seed = 1, tight = "soft" })
        assert.equal("colour: is no field of a recipe", refusal { seed = 1, colour = "red" })
        assert.matches("^blocks", refusal { seed = 1, blocks = 2000000000 })
        assert.has_error(function() fl.generate(1) end)
    end)
end)
