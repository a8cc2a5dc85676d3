-- SPDX-License-Identifier: GPL-3.0-or-later
-- What other solvers find on the emitted programme, read back: inst:decode and `finlab decode`.
local fl = require "finlab"

local path = os.tmpname()
local names = { json = path .. ".json", solution = path .. ".sol" }

local function write(name, text)
    local file = assert(io.open(name, "w"))
    file:write(text)
    file:close()
end

--- Run the program; its exit code, what it printed, and its errors.
local function finlab(arguments)
    local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")
    local pipe = assert(io.popen(("%s %s 2>%s"):format(program, arguments, path)))
    local out = pipe:read "a"
    local _, _, code = pipe:close()
    local file = assert(io.open(path))
    local err = file:read "a"
    file:close()
    return code, out, err
end

local function two_nodes(change)
    local description = {
        system = {
            nodes = { { name = "m", speed = 1e9, power = 1 }, { name = "e", speed = 1e10, power = 20 } },
            links = { { from = "m", to = "e", rate = 1e9 } },
        },
        apps = {
            { name = "one", source = "m", deadline = 0.01, count = 2,
                blocks = { { ops = 1e6 }, { ops = 1e6 } }, exits = { { after = 2, accuracy = 1 } } },
        },
    }
    if change then change(description) end
    return assert(fl.instance(description))
end

describe("decode", function()
    lazy_teardown(function()
        os.remove(path)
        for _, name in pairs(names) do os.remove(name) end
    end)

    it("reads a plan for all users at once where nothing sets them apart", function()
        local inst = two_nodes()
        write(names.solution, "Optimal - objective value 5\n 0 x_a1_b1_n1_n1 1 0\n 1 x_a1_b2_n1_n1_e1 1 0\n")
        local result = assert(inst:decode(names.solution))
        assert.equal("feasible", result.status)
        assert.equal("cbc", result.method)
        assert.near(0.002, result.energy, 1e-12)
        assert.equal(2, result.plan[1].count)
        assert.is_number(result.claimed)
        assert.is_nil(result.bound)
    end)

    it("reads users who are placed apart", function()
        local inst = two_nodes(function(it) it.system.nodes[1].capacity = 3e6 end)
        write(names.solution, "Optimal - objective value 5\n"
            .. " 0 x_a1_u1_b1_n1_n1 1 0\n 1 x_a1_u1_b2_n1_n1_e1 1 0\n"
            .. " 2 x_a1_u2_b1_n1_n1 1 0\n 3 x_a1_u2_b2_n1_n2_e1 1 0\n")
        local result = assert(inst:decode(names.solution))
        assert.equal("feasible", result.status)
        assert.same({ 1, 1 }, { result.plan[1].count, result.plan[2].count })
        assert.near((0.002 + 0.003) / 2, result.energy, 1e-12)
    end)

    it("says in which line of which file something is wrong", function()
        assert.equal("io", select(3, two_nodes():decode(names.json)))
        write(names.solution, "Optimal - objective value 5\n 0 x_a1_b1_n1_n1 0.4 0\n")
        local result, message, code = two_nodes():decode(names.solution)
        assert.is_nil(result)
        assert.equal(names.solution .. ': line 2: column "x_a1_b1_n1_n1" is 0.4, neither 0 nor 1', message)
        assert.equal("invalid", code)
        write(names.solution, "nothing of the kind\n")
        message = select(2, two_nodes():decode(names.solution))
        assert.equal(names.solution .. ": line 1: this is no solution file of glpsol, cbc or highs", message)
    end)

    it("is a word of the program", function()
        assert(two_nodes():write(names.json))
        write(names.solution, "Optimal - objective value 5\n 0 x_a1_b1_n1_n1 1 0\n 1 x_a1_b2_n1_n1_e1 1 0\n")
        local code, out = finlab(("decode %s %s"):format(names.json, names.solution))
        assert.equal(0, code)
        assert.matches("method +cbc\nstatus +feasible", out)
        code, out = finlab(("decode %s %s --json"):format(names.json, names.solution))
        assert.equal(0, code)
        assert.matches('^{"status": "feasible", .*}\n$', out)
        write(names.solution, "Infeasible - objective value 0\n")
        assert.equal(3, (finlab(("decode %s %s"):format(names.json, names.solution))))
        write(names.solution, "x\n")
        local err
        code, out, err = finlab(("decode %s %s"):format(names.json, names.solution))
        assert.equal(2, code)
        assert.equal("", out)
        assert.matches("line 1: this is no solution file", err)
    end)

    it("and emit make any solver one of ours", function()
        if not os.execute("command -v glpsol >/dev/null") then return pending("glpsol is not installed") end
        for seed = 1, 12 do
            local inst = assert(fl.generate {
                seed = seed, apps = 3, blocks = 3, nodes = 3, binding = true, users = 2, admission = true,
                slices = seed % 2 == 0,
            })
            local ours = assert(inst:solve "milp")
            for _, form in ipairs { "lp", "freemps", "glp" } do
                local model = path .. (form == "freemps" and ".mps" or "." .. form)
                assert(inst:write(model))
                assert(os.execute(("glpsol --%s %s -o %s >/dev/null"):format(form, model, names.solution)))
                os.remove(model)
                local theirs = assert(inst:decode(names.solution))
                assert.equal(ours.served, theirs.served, "seed " .. seed)
                assert.near(ours.power, theirs.power, 1e-6 * ours.power, "seed " .. seed)
            end
        end
    end)
end)
