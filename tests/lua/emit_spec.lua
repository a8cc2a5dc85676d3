-- SPDX-License-Identifier: GPL-3.0-or-later
-- The emitted programme, answered by a solver that is not ours: glpsol.
local fl = require "finlab"

local path = os.tmpname()
local lp, solution = path .. ".lp", path .. ".sol"

local function read(name)
    local file = assert(io.open(name))
    local text = file:read "a"
    file:close()
    return text
end

--- The energy of glpsol's optimum, from the constant and the scale at the top of the file; nil: no solution.
local function glpsol(inst)
    assert(inst:write(lp))
    os.remove(solution)
    local pipe = assert(io.popen(("glpsol --lp %s --tmlim 20 -o %s 2>&1"):format(lp, solution)))
    local said = pipe:read "a"
    pipe:close()
    if said:match "NO PRIMAL" or said:match "NO INTEGER" or said:match "NO FEASIBLE" then return nil end
    local text, answer = read(lp), read(solution)
    assert.matches("INTEGER OPTIMAL", answer)
    local scale = tonumber(text:match "scale: (%S+) J per objective unit")
    local constant = tonumber(text:match "constant: (%S+) J")
    return constant + scale * tonumber(answer:match "energy = (%S+)")
end

describe("the emitted programme", function()
    lazy_teardown(function()
        for _, name in ipairs { path, lp, solution } do os.remove(name) end
    end)

    it("has the same optimum for glpsol, also when there is none", function()
        local infeasible = 0
        for seed = 1, 150 do
            local inst = assert(fl.generate { seed = seed, limits = seed % 5 == 0 })
            local ours = assert(inst:solve "milp")
            local theirs = glpsol(inst)
            if ours.status == "infeasible" then
                infeasible = infeasible + 1
                assert.is_nil(theirs, "seed " .. seed)
            else
                assert.equal("optimal", ours.status)
                assert.near(ours.energy, theirs, 1e-6 * ours.energy, "seed " .. seed)
            end
        end
        assert.is_true(infeasible > 3)
    end)

    it("has it at every magnitude of energies and times", function()
        for seed, scales in ipairs { { 1e-15, 1 }, { 1e6, 1 }, { 1, 1e-9 }, { 1, 1e9 }, { 1e-15, 1e9 } } do
            local inst = assert(fl.generate {
                seed = seed, nodes = 4, blocks = 5, plain = true, tight = "medium",
                energy_scale = scales[1], time_scale = scales[2],
            })
            local ours = assert(inst:solve "exact")
            assert.near(ours.energy, glpsol(inst), 1e-6 * ours.energy)
        end
    end)

    it("names nodes, applications and blocks in its comments", function()
        local inst = assert(fl.instance {
            name = "two\nlines",
            system = fl.systems.three_tier(),
            apps = {
                { name = "camera", model = fl.models.b_lenet "mnist", source = "mobile", deadline = 1e-3 },
            },
        })
        local text = assert(inst:lp())
        assert.matches('\n\\ instance: "two%?lines"\n', text)
        assert.matches('\n\\ n1 = "mobile"\n', text)
        assert.matches('\n\\ a1 = "camera"\n', text)
        assert.matches("x_a1_b1_n1_n1_e1", text)
        assert.matches("\nBinary\n", text)
    end)
end)
