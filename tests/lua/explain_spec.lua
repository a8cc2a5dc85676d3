-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"
local core = require "finlab.core"

local function published()
    return assert(fl.instance {
        system = fl.systems.three_tier(),
        apps = { {
            model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 1e-3, accuracy = 0.8,
        } },
    })
end

local function run(arguments)
    local pipe = assert(io.popen(("%s %s 2>&1"):format(os.getenv "FINLAB", arguments)))
    local text = pipe:read "a"
    local _, _, code = pipe:close()
    return text, code
end

local function status_with(inst, changes)
    return assert(assert(inst:with(changes)):solve "exact").status
end

local function limit_of(explanation, kind)
    for _, limit in ipairs(explanation.limits) do
        if limit.limit == kind then return limit end
    end
end

describe("inst:explain", function()
    it("names the least deadline, which a solve proves", function()
        local inst = published()
        local said = assert(inst:explain())
        assert.equal("infeasible", said.status)
        assert.equal("exact", said.method)
        assert.is_nil(said.plan)
        local deadline = limit_of(said, "deadline")
        assert.equal("least", deadline.verdict)
        assert.equal(1e-3, deadline.now)
        assert.equal(said.apps[1].least_deadline, deadline.enough)
        local enough = assert(inst:with { deadline = deadline.enough })
        assert.equal("optimal", assert(enough:solve "exact").status)
        assert.is_true(assert(enough:evaluate(deadline.plan)).feasible)
        assert.equal("infeasible", status_with(inst, { deadline = deadline.not_enough }))
        assert.equal("infeasible", status_with(inst, { deadline = deadline.enough * (1 - 1e-8) }))
    end)

    it("names the best accuracy, or says that none helps", function()
        local inst = assert(fl.instance {
            system = { nodes = { { name = "phone", speed = 10, power = 1 } } },
            apps = { {
                source = "phone", deadline = 2.5, accuracy = 0.9,
                blocks = { { ops = 10 }, { ops = 10 }, { ops = 10 } },
                exits = {
                    { after = 1, accuracy = 0.5 },
                    { after = 2, accuracy = 0.7 },
                    { after = 3, accuracy = 0.9 },
                },
            } },
        })
        local said = assert(inst:explain())
        local accuracy = limit_of(said, "accuracy")
        assert.equal("least", accuracy.verdict)
        assert.equal(0.7, accuracy.enough)
        assert.equal(said.apps[1].best_accuracy, accuracy.enough)
        assert.equal("optimal", status_with(inst, { accuracy = accuracy.enough }))
        assert.equal("infeasible", status_with(inst, { accuracy = accuracy.not_enough }))
        accuracy = limit_of(assert(assert(inst:with { deadline = 1e-9 }):explain()), "accuracy")
        assert.equal("no help", accuracy.verdict)
        assert.is_nil(accuracy.enough)
    end)

    it("says of a feasible instance what its plan needs", function()
        local inst = assert(published():with { deadline = 0.1 })
        local said = assert(inst:explain())
        assert.equal("feasible", said.status)
        assert.is_true(assert(inst:evaluate(said.plan)).feasible)
        local deadline = limit_of(said, "deadline")
        assert.equal("kept", deadline.verdict)
        assert.equal(assert(inst:evaluate(said.plan)).latency, deadline.needed)
    end)

    it("names the block that no link leads to", function()
        local inst = assert(fl.instance {
            system = { nodes = {
                { name = "phone", speed = 1, power = 1 }, { name = "edge", speed = 1, power = 1 },
            } },
            apps = { {
                source = "phone", deadline = 9, accuracy = 0.9,
                blocks = { { ops = 1 }, { name = "far", ops = 1, nodes = { "edge" } } },
                exits = { { after = 1, accuracy = 0.5 }, { after = 2, accuracy = 0.9 } },
            } },
        })
        local said = assert(inst:explain())
        assert.equal("far", said.apps[1].out_of_reach)
        assert.equal(0.5, said.apps[1].best_accuracy_ever)
        assert.is_nil(said.apps[1].least_deadline)
        assert.equal("no help", limit_of(said, "deadline").verdict)
        assert.equal(0.5, limit_of(said, "accuracy").enough)
    end)

    it("takes a method with options, and refuses what does not exist", function()
        local inst = published()
        assert.equal("milp", assert(inst:explain("milp", { time_limit = 10 })).method)
        assert.equal("fin", assert(inst:explain("fin:gamma=20")).method)
        local said, message, code = inst:explain("magic")
        assert.is_nil(said)
        assert.is_truthy(message:find("there is no", 1, true))
        assert.equal("invalid", code)
        assert.has_error(function() inst:explain(7) end)
        assert.has_error(function() inst:explain("exact", 7) end)
    end)

    it("chooses a method that honours capacities where there are some", function()
        local inst = assert(fl.generate { seed = 3, binding = true, blocks = 3, nodes = 3 })
        local said = assert(inst:explain())
        assert.is_truthy(said.status)
        for _, method in ipairs(fl.methods()) do
            if method.name == said.method then assert.equal("optimal", method.claims) end
        end
    end)
end)

describe("finlab explain", function()
    local file = os.tmpname()
    lazy_setup(function() assert(published():write(file .. ".json")) end)
    lazy_teardown(function()
        os.remove(file)
        os.remove(file .. ".json")
    end)

    it("prints what each limit must be", function()
        local text, code = run(("explain %s.json"):format(file))
        assert.equal(1, code)
        assert.is_truthy(text:find("proven: not all users can be served", 1, true))
        assert.is_truthy(text:find("the least\n", 1, true))
        assert.is_truthy(text:find("least latency", 1, true))
    end)

    it("prints JSON with the same in SI units", function()
        local text, code = run(("explain %s.json --method exact --json"):format(file))
        assert.equal(1, code)
        local said = assert(core.parse(text))
        assert.equal("deadline", said.limits[1].limit)
        assert.equal(limit_of(assert(published():explain()), "deadline").enough, said.limits[1].enough)
    end)

    it("refuses an option that the method has not", function()
        local text, code = run(("explain %s.json --method exact --option gamma=3"):format(file))
        assert.equal(2, code)
        assert.is_truthy(text:find("gamma", 1, true))
    end)
end)
