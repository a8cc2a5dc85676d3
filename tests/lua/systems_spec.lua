-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

describe("fl.systems.three_tier", function()
    local function rate(system, from, to)
        for _, link in ipairs(system.links) do
            if link.from == from and link.to == to then return link.rate end
        end
    end

    it("times transfers by the receiver or by the slower end", function()
        local receiver = fl.systems.three_tier { links = "receiver" }
        local bottleneck = fl.systems.three_tier { links = "bottleneck" }
        assert.near(1e9 / 0.00178, rate(receiver, "mobile", "edge"), 1)
        assert.near(1e9 / 0.00022, rate(receiver, "mobile", "cloud"), 1)
        assert.near(1e9 / 0.00022, rate(receiver, "edge", "cloud"), 1)
        assert.near(1e8, rate(bottleneck, "mobile", "edge"), 1e-3)
        assert.near(1e8, rate(bottleneck, "mobile", "cloud"), 1e-3)
        assert.near(1e9 / 0.00178, rate(bottleneck, "edge", "cloud"), 1)
        assert.same(receiver, fl.systems.three_tier())
    end)

    it("has links upwards only", function()
        local system = fl.systems.three_tier()
        assert.equal(3, #system.links)
        assert.is_nil(rate(system, "edge", "mobile"))
    end)

    it("raises for another link model", function()
        assert.has_error(function() fl.systems.three_tier { links = "fast" } end,
            'three_tier: links must be "receiver" or "bottleneck", not "fast"')
    end)
end)
