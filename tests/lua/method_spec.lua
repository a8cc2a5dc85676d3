-- SPDX-License-Identifier: GPL-3.0-or-later
-- Methods written in Lua.
local fl = require "finlab"

--- An instance of which everything on the source is a plan.
local function loose(seed)
    return assert(fl.generate { seed = seed or 1, nodes = 3, blocks = 3, plain = true, tight = "loose" })
end

--- The plan with everything on the source, for the deepest exit.
local function at_source(inst)
    local app = inst:table().apps[1]
    local nodes = {}
    for l = 1, app.exits[#app.exits].after do nodes[l] = app.source end
    return { { exit = #app.exits, nodes = nodes } }
end

--- A method for one test, and its name.
local count = 0
local function method(solve, rest)
    count = count + 1
    local description = { name = "lua" .. count, solve = solve }
    for key, value in pairs(rest or {}) do description[key] = value end
    fl.method(description)
    return description.name
end

describe("a method written in Lua", function()
    it("is listed like any other", function()
        local name = method(at_source, {
            summary = "all at home", claims = "bound", honours = { "memory" },
            options = {
                { name = "restarts", type = "int", default = 3, least = 1, most = 9, doc = "how often" },
                { name = "kind", type = "choice", choices = { "a", "b" }, default = "b", doc = "which" },
            },
        })
        local methods = fl.methods()
        local last = methods[#methods]
        assert.equal(name, last.name)
        assert.equal("all at home", last.summary)
        assert.equal("bound", last.claims)
        assert.same({ "memory" }, last.honours)
        assert.same({ name = "restarts", type = "int", default = 3, least = 1, most = 9, doc = "how often" },
            last.options[1])
        assert.same({ "a", "b" }, last.options[2].choices)
        assert.equal("b", last.options[2].default)
    end)

    it("is judged like any other", function()
        for seed = 1, 20 do
            local inst = loose(seed)
            local own, judged = inst:solve(method(at_source)), inst:evaluate(at_source(inst))
            assert.equal(judged.feasible and "feasible" or "unknown", own.status, "seed " .. seed)
            if judged.feasible then
                assert.equal(judged.energy, own.energy)
                assert.equal(judged.latency, own.latency)
                assert.same(at_source(inst)[1].nodes, own.plan[1].nodes)
                assert.is_true(own.energy >= inst:solve("exact").energy * (1 - 1e-9))
            end
            assert.is_nil(own.bound)
            assert.is_true(own.seconds > 0)
        end
    end)

    it("answers a refused plan as a candidate", function()
        local inst = assert(loose():with { deadline = 1e-12 })
        local result = inst:solve(method(at_source))
        assert.equal("unknown", result.status)
        assert.is_nil(result.energy)
        assert.matches("deadline", result.candidate.reason)
        assert.same(at_source(inst)[1].nodes, result.candidate.plan[1].nodes)
    end)

    it("may find nothing, decline, or say why it fails", function()
        local inst = loose()
        assert.equal("unknown", inst:solve(method(function() end)).status)
        for given, expected in pairs { unsupported = "unsupported", io = "io", [false] = "invalid" } do
            local name = method(function() return nil, "too large", given or nil end)
            local result, message, code = inst:solve(name)
            assert.is_nil(result)
            assert.equal(name .. ": too large", message)
            assert.equal(expected, code)
        end
    end)

    it("gets its options with their types, defaults and ranges checked", function()
        local seen
        local name = method(function(inst, options)
            seen = options
            return at_source(inst)
        end, { options = {
            { name = "often", type = "int", default = 2, least = 1, most = 9, doc = "-" },
            { name = "share", type = "number", default = 0.5, doc = "-" },
            { name = "quick", type = "bool", doc = "-" },
            { name = "kind", type = "choice", choices = { "one", "two" }, doc = "-" },
            { name = "home", type = "node", doc = "-" },
        } })
        local inst = loose()
        local nodes = inst:table().system.nodes
        assert(inst:solve(name))
        local home = inst:table().apps[1].source
        assert.same({ often = 2, share = 0.5, quick = false, kind = "one", home = home }, seen)
        assert.equal("integer", math.type(seen.often))
        assert(inst:solve(name .. ":often=9,share=-1e3,kind=two", { quick = true, home = nodes[2].name }))
        assert.same({ often = 9, share = -1e3, quick = true, kind = "two", home = nodes[2].name }, seen)
        for _, bad in ipairs { "often=10", "often=1.5", "kind=three", "quick=1", "home=nobody", "more=1" } do
            assert.equal("invalid", select(3, inst:solve(name .. ":" .. bad)), bad)
        end
    end)

    it("solves and asks within itself", function()
        local inst = loose(3)
        local inner = method(function(given) return given:solve("fin").plan end)
        local outer = method(function(given, _)
            local best = given:solve "exact"
            for _ = 1, 3 do assert(given:solve(inner)) end
            local variant = assert(given:with { deadline = 1 })
            assert(variant:solve "fin:gamma=500")
            assert(given:evaluate(best))
            assert(#given:frontier() > 0)
            return best
        end)
        local exact, result = inst:solve "exact", inst:solve(outer)
        assert.equal("feasible", result.status)
        assert.equal(exact.energy, result.energy)
        assert.same(exact.plan, result.plan)
        assert.is_nil(result.bound)
    end)

    it("keeps nothing of what it was lent", function()
        local kept, variant
        local name = method(function(inst)
            kept, variant = inst, inst:with { deadline = 1 }
            return at_source(inst)
        end)
        local inst = loose()
        assert(inst:solve(name))
        assert.has_error(function() kept:table() end)
        assert.has_error(function() variant:table() end)
        assert(inst:table())
    end)

    it("may close what it can reach", function()
        local inst = loose()
        local plan = at_source(inst)
        local name = method(function(given)
            given:close()
            inst:close()
            collectgarbage()
            return plan
        end)
        assert.equal("feasible", inst:solve(name).status)
        assert.has_error(function() inst:table() end)
    end)

    it("raises what its function raises, with the place", function()
        local inst = loose()
        local name = method(function() return nil + 1 end) -- luacheck: ignore
        local done, message = pcall(inst.solve, inst, name)
        assert.is_false(done)
        assert.matches("method_spec%.lua:%d+: attempt to perform arithmetic", message)
        local object = {}
        done, message = pcall(inst.solve, inst, method(function() error(object) end))
        assert.is_false(done)
        assert.equal(object, message)
        assert.equal("optimal", inst:solve("exact").status)
        local several = assert(fl.generate { seed = 2, apps = 2, nodes = 2, blocks = 2, plain = true })
        done, message = pcall(several.solve, several, name)
        assert.is_false(done)
        assert.matches("method_spec%.lua:%d+: attempt", message)
    end)

    it("is told what is wrong with its answer, and where", function()
        local inst = loose()
        for pattern, answer in pairs {
            ["plan%[1%]%.nodes"] = { plan = { { exit = 1, nodes = {} } } },
            ["%[1%]%.exit"] = { { exit = 99, nodes = {} } },
            ["must answer a plan"] = 7,
            ["bond: is no field"] = { bond = 1 },
            ["without claims"] = { bound = 1 },
            ["stop: must be"] = { stop = "bored" },
            ["cannot be a function"] = { plan = print },
        } do
            local result, message, code = inst:solve(method(function() return answer end))
            assert.is_nil(result)
            assert.matches("^lua%d+: ", message)
            assert.matches(pattern, message)
            assert.equal("invalid", code)
        end
    end)

    it("proves what it was described to, and no more", function()
        local inst = loose()
        local exact = inst:solve "exact"
        local function bounded(bound)
            return method(function() return { plan = exact.plan, bound = bound, stop = "time" } end,
                { claims = "bound" })
        end
        local result = inst:solve(bounded(exact.energy / 2))
        assert.equal("feasible", result.status)
        assert.equal("time", result.stop)
        assert.near(0.5, result.gap, 1e-9)
        assert.equal("feasible", inst:solve(bounded(exact.energy)).status)
        local answer, message, code = inst:solve(bounded(exact.energy * 1.01))
        assert.is_nil(answer)
        assert.matches("bound", message)
        assert.equal("internal", code)
        local late = assert(inst:with { deadline = 1e-12 })
        local proof = method(function() return { status = "infeasible" } end, { claims = "bound" })
        assert.equal("infeasible", late:solve(proof).status)
    end)

    it("explains nothing, for it proves no optimum", function()
        assert.equal("unsupported", select(3, loose():explain(method(at_source))))
    end)

    it("places several users one after another", function()
        local calls, barred = 0, 0
        local name = method(function(inst)
            calls = calls + 1
            assert.equal(1, #inst:table().apps)
            local result = inst:solve "exact"
            if not result.plan then barred = barred + 1 end
            return result
        end)
        for seed = 1, 30 do
            local inst = assert(fl.generate { seed = seed, apps = 3, nodes = 3, blocks = 3, binding = true })
            local own, exact = assert(inst:solve(name)), assert(inst:solve "exact")
            assert.equal(exact.energy, own.energy, "seed " .. seed)
            assert.same(exact.plan, own.plan, "seed " .. seed)
        end
        assert.is_true(calls > 60)
        assert.is_true(barred > 0)
    end)

    it("is swept like any other", function()
        local name = method(function(inst, options)
            if options.seed == 2 then error("no luck") end
            return at_source(inst)
        end, { options = { { name = "seed", type = "int", default = 1, doc = "-" } } })
        local inst = loose()
        local rows = assert(fl.sweep {
            axes = { method = { name, "exact" }, factor = { 1, 2 } }, seeds = { 1, 2 },
            case = function(p) return inst:with { deadline = inst:table().apps[1].deadline * p.factor } end,
        }:run { jobs = 2, progress = false })
        assert.equal(8, #rows.rows)
        for _, row in ipairs(rows.rows) do
            if row.method == name and row.seed == 2 then
                assert.equal("error", row.status)
                assert.matches("method_spec%.lua:%d+: no luck", row.error)
            else
                assert.is_number(row.energy)
            end
        end
    end)

    it("takes the place of an earlier one of its name, but not of finlab's own", function()
        local name = method(function() end)
        local before = #fl.methods()
        fl.method { name = name, solve = at_source }
        collectgarbage()
        assert.equal(before, #fl.methods())
        assert.equal("feasible", loose():solve(name).status)
        assert.has_error(function() fl.method { name = "fin", solve = print } end)
    end)

    it("may describe itself anew while it runs", function()
        local name
        name = method(function(inst)
            fl.method { name = name, solve = function() end }
            collectgarbage()
            collectgarbage()
            return at_source(inst)
        end)
        assert.equal("feasible", loose():solve(name).status)
        assert.equal("unknown", loose():solve(name).status)
    end)

    it("is described with care", function()
        for pattern, description in pairs {
            ["solve is missing"] = {},
            ["no field \"sole\""] = { sole = print },
            ["claims can only"] = { solve = print, claims = "optimal" },
            ["there is no \"many\""] = { solve = print, honours = { "many" } },
            ["option a: type"] = { solve = print, options = { { name = "a" } } },
            ["a: default must be a number"] = { solve = print, options = { { name = "a", type = "int" } } },
            ["a: choices"] = { solve = print, options = { { name = "a", type = "choice" } } },
            ["option a: is there twice"] = {
                solve = print,
                options = { { name = "a", type = "bool" }, { name = "a", type = "bool" } },
            },
        } do
            description.name = "careless"
            local done, message = pcall(fl.method, description)
            assert.is_false(done)
            assert.matches("method: .*" .. pattern, message)
        end
        assert.has_error(function() fl.method { name = "a b", solve = print } end)
        assert.has_error(function() fl.method() end)
    end)
end)

describe("inst:arc", function()
    it("adds up to what the judge says", function()
        for seed = 1, 40 do
            local inst = assert(fl.generate { seed = seed, nodes = 3, blocks = 4 })
            local result = inst:solve "exact"
            if result.plan then
                local part, energy, latency = result.plan[1], 0, 0
                for l, node in ipairs(part.nodes) do
                    local from = part.nodes[l - 1] or inst:table().apps[1].source
                    local joules, seconds = inst:arc(l, from, node, l == #part.nodes)
                    energy, latency = energy + joules, latency + seconds
                end
                assert.near(result.energy, energy, 1e-9 * result.energy, "seed " .. seed)
                assert.near(result.latency, latency, 1e-9 * result.latency, "seed " .. seed)
            end
        end
    end)

    it("answers nothing where there is no arc, and raises for what is not there", function()
        local inst = assert(fl.instance {
            system = {
                nodes = { { name = "a", speed = 1, power = 1 }, { name = "b", speed = 1, power = 1 } },
            },
            apps = {
                { source = "a", deadline = 9, accuracy = 0.5, blocks = { { ops = 1 }, { ops = 2 } },
                    exits = { { after = 1, accuracy = 0.1 }, { after = 2, accuracy = 0.9 } } },
            },
        })
        assert.same({ 1, 1 }, { inst:arc(1, "a", "a") })
        assert.same({ 2, 2 }, { inst:arc(2, "a", "a", true) })
        assert.is_nil(inst:arc(1, "a", "a", true)) -- that exit is not accurate enough
        assert.is_nil(inst:arc(1, "a", "b")) -- no link
        local wrong = { { 3, "a", "a" }, { 0, "a", "a" }, { 1, "x", "a" }, { 1, "a", "a", true, "x" } }
        for _, bad in ipairs(wrong) do
            assert.has_error(function() inst:arc(table.unpack(bad)) end)
        end
    end)
end)
