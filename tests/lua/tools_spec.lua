-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"
local tools = require "finlab.tools"

describe("fl.gap and fl.saving", function()
    it("compare energies", function()
        assert.near(0.5, fl.gap({ energy = 3 }, { energy = 2 }), 1e-15)
        assert.near(0.25, fl.saving({ energy = 3 }, { energy = 4 }), 1e-15)
    end)

    it("are 0 when both energies are 0", function()
        assert.equal(0, fl.gap({ energy = 0.0 }, { energy = 0.0 }))
        assert.equal(0, fl.saving({ energy = 0.0 }, { energy = 0.0 }))
    end)

    it("say which result has no energy", function()
        local gap, message, code = fl.gap({ energy = 1 }, { method = "fin", status = "unknown" })
        assert.is_nil(gap)
        assert.equal("gap: result 2 (fin) has no energy: unknown", message)
        assert.equal("invalid", code)
        assert.matches("^saving: result 1 ", select(2, fl.saving({}, { energy = 1 })))
    end)

    it("raise for what is no result", function()
        assert.has_error(function() fl.gap(nil, { energy = 1 }) end,
            "bad argument #1 to 'gap' (a result expected)")
        assert.has_error(function() fl.saving({ energy = 1 }, 2) end,
            "bad argument #2 to 'saving' (a result expected)")
    end)
end)

describe("fl.range", function()
    it("includes the end without drift", function()
        local accuracies = fl.range(.10, .85, .05)
        assert.equal(16, #accuracies)
        assert.equal(.85, accuracies[16])
        for i, accuracy in ipairs(accuracies) do assert.near((5 + 5 * i) / 100, accuracy, 1e-15) end
        assert.equal(13, #fl.range(3e-3, 15e-3, 1e-3))
        assert.equal(1000001, #fl.range(0, 1, 1e-6))
    end)

    it("stops before an end that no step lands on", function()
        assert.same({ 0, 2, 4 }, fl.range(0, 5, 2))
    end)

    it("counts down, stays where it is, or is empty", function()
        assert.same({ 3, 2, 1 }, fl.range(3, 1, -1))
        assert.same({ 7 }, fl.range(7, 7))
        assert.same({}, fl.range(2, 1))
    end)

    it("raises for steps that lead nowhere", function()
        assert.has_error(function() fl.range(0, 1, 0) end)
        assert.has_error(function() fl.range(0, 1, 0 / 0) end)
        assert.has_error(function() fl.range(0, 1 / 0, 1) end)
        assert.has_error(function() fl.range("0", 1, 1) end,
            "bad argument #1 to 'range' (number expected, got string)")
        assert.has_error(function() fl.range(0) end, "bad argument #2 to 'range' (number expected, got nil)")
    end)
end)

describe("digits", function()
    it("round-trip every double", function()
        for _, number in ipairs { 0.1, 0.1 + 0.2, 1 / 3, 1e-300, 5e-324, 2 ^ 53 } do
            assert.equal(number, tonumber(tools.digits(number)))
        end
        assert.equal("7", tools.digits(7))
    end)
end)
