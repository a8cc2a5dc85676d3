-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

local function two_tiers()
    return {
        name = "two tiers",
        system = {
            nodes = {
                { name = "mobile", speed = 1e10, power = 6, tx_energy = 3e-8, rx_energy = 3e-8 },
                { name = "edge", speed = 1.5e11, power = 140, tx_energy = 37e-9, rx_energy = 37e-9 },
            },
            links = { { from = "mobile", to = "edge", rate = 1e9, delay = 1e-4 } },
        },
        apps = { {
            name = "camera", source = "mobile", deadline = 0.004, accuracy = 0.8,
            blocks = {
                { name = "b1", ops = 2e7, out_bits = 1e6, nodes = { "mobile" } },
                { name = "b2", ops = 3e7 },
            },
            exits = { { after = 1, accuracy = 0.56 }, { after = 2, accuracy = 0.86 } },
        } },
    }
end

--- The error of an instance made from two_tiers() as `change` leaves it.
local function refusal(change)
    local description = two_tiers()
    change(description)
    local inst, message, code = fl.instance(description)
    assert.is_nil(inst)
    assert.equal("invalid", code)
    return message
end

describe("fl.instance", function()
    it("builds a checked instance from a table", function()
        local inst = assert(fl.instance(two_tiers()))
        assert.equal('finlab.instance "two tiers" (2 nodes, 1 application)', tostring(inst))
    end)

    it("raises for anything but a table", function()
        assert.has_error(function() fl.instance("x") end,
            "bad argument #1 to 'instance' (table expected, got string)")
        assert.has_error(function() fl.instance() end)
    end)

    it("names the place of an error as Lua writes it", function()
        local function set_after(d) d.apps[1].exits[2].after = 9 end
        local function set_ops(d) d.apps[1].blocks[2].ops = "many" end
        assert.matches("^apps%[1%]%.exits%[2%]%.after: ", refusal(set_after))
        assert.matches("^apps%[1%]%.blocks%[2%]%.ops: ", refusal(set_ops))
        assert.matches("^system%.nodes%[1%]%.sped: ", refusal(function(d) d.system.nodes[1].sped = 1 end))
        assert.matches("^system: is missing", refusal(function(d) d.system = nil end))
    end)

    it("refuses numbers that are not finite, where they stand", function()
        local function set_deadline(d) d.apps[1].deadline = 0 / 0 end
        local function set_rate(d) d.system.links[1].rate = 1 / 0 end
        assert.equal("apps[1].deadline: is not a number (NaN)", refusal(set_deadline))
        assert.equal("system.links[1].rate: must be finite", refusal(set_rate))
    end)

    it("refuses tables that are neither arrays nor records", function()
        assert.equal("apps: mixes names and positions", refusal(function(d) d.apps.extra = 1 end))
        assert.equal("apps[1].blocks[2]: is missing, but later positions are not", refusal(function(d)
            d.apps[1].blocks = { d.apps[1].blocks[1], nil, d.apps[1].blocks[2] }
        end))
        for _, key in ipairs { 0.5, true, 0, -1 } do
            assert.matches("^system%.nodes: has a key that is neither",
                refusal(function(d) d.system.nodes[key] = 1 end))
        end
    end)

    it("refuses cycles and deep nesting", function()
        assert.equal("system.nodes[1].name: contains itself",
            refusal(function(d) d.system.nodes[1].name = d.system end))
        assert.matches("is nested too deeply$", refusal(function(d)
            local deep = {}
            for _ = 1, 1000 do deep = { x = deep } end
            d.system.nodes[1].name = deep
        end))
    end)

    it("refuses functions, zero bytes and broken UTF-8", function()
        assert.equal("name: cannot be a function", refusal(function(d) d.name = print end))
        assert.equal("name: holds a zero byte", refusal(function(d) d.name = "a\0b" end))
        for _, bad in ipairs { "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82" } do
            assert.equal("name: is not UTF-8", refusal(function(d) d.name = bad end))
        end
    end)

    it("takes an empty table for an empty array", function()
        assert.equal("apps[1].blocks: needs at least one block",
            refusal(function(d) d.apps[1].blocks = {} end))
        local description = two_tiers()
        description.system.links = {}
        description.apps[1].deadline = 1
        assert.equal(0.03, tonumber(("%.9g"):format(assert(fl.instance(description)):solve("exact").energy)))
    end)

    it("does not look at metatables", function()
        local description = two_tiers()
        setmetatable(description.apps, { __index = function() error("looked") end })
        assert(fl.instance(description))
    end)
end)

describe("fl.load", function()
    it("reads what write wrote", function()
        local path = os.tmpname() .. ".json"
        local inst = assert(fl.generate { seed = 7, nodes = 4, apps = 2 })
        assert.is_true(inst:write(path))
        assert.same(inst:table(), assert(fl.load(path)):table())
        os.remove(path)
    end)

    it("names the file and the place of an error as JSON Pointer", function()
        local path = os.tmpname()
        local file = assert(io.open(path, "w"))
        file:write((assert(fl.instance(two_tiers())):json():gsub('"after": 2', '"after": -1')))
        file:close()
        local inst, message, code = fl.load(path)
        os.remove(path)
        assert.is_nil(inst)
        assert.equal(path .. ": /apps/0/exits/1/after: ", message:sub(1, #path + 25))
        assert.equal("invalid", code)
    end)

    it("names the line and column of broken JSON", function()
        local path = os.tmpname()
        local file = assert(io.open(path, "w"))
        file:write('{ "schema":\n  oops }')
        file:close()
        local _, message, code = fl.load(path)
        os.remove(path)
        assert.matches("line 2", message)
        assert.equal(path, message:sub(1, #path))
        assert.equal("invalid", code)
    end)

    it("says why a file cannot be read", function()
        local inst, message, code = fl.load("/nowhere/x.json")
        assert.is_nil(inst)
        assert.equal("/nowhere/x.json: cannot open: No such file or directory", message)
        assert.equal("io", code)
    end)
end)

describe("inst:with", function()
    it("changes numbers for all applications or for one", function()
        local inst = assert(fl.generate { seed = 3, apps = 2 })
        local names = { inst:table().apps[1].name, inst:table().apps[2].name }
        local changes = { deadline = 5, apps = { [names[2]] = { accuracy = 0.25, rate = 3 } } }
        local apps = assert(inst:with(changes)):table().apps
        assert.same({ 5.0, 5.0 }, { apps[1].deadline, apps[2].deadline })
        assert.equal(0.25, apps[2].accuracy)
        assert.equal(3.0, apps[2].rate)
        assert.equal(inst:table().apps[1].accuracy, apps[1].accuracy)
    end)

    it("outlives its base", function()
        local inst = assert(fl.instance(two_tiers()))
        local variant = assert(inst:with { deadline = 0.01 })
        inst:close()
        collectgarbage()
        assert.near(0.03, variant:solve("exact").energy, 1e-12)
    end)

    it("asks the deadline of a share of the samples", function()
        local description = two_tiers()
        description.apps[1].exits[1].share = 0.6
        description.apps[1].accuracy = 0.65
        description.apps[1].deadline = 2e-3
        local inst = assert(fl.instance(description))
        assert.equal("infeasible", inst:solve("exact").status)
        local most = assert(inst:with { latency = "quantile", quantile = 0.6 })
        local result = most:solve "exact"
        assert.equal("optimal", result.status)
        assert.near(2e-3, result.latency, 1e-12)
        assert.equal(0.6, most:table().apps[1].quantile)
        assert.equal("infeasible", assert(most:with { quantile = 0.61 }):solve("exact").status)
        assert.matches("^quantile: ", select(2, inst:with { quantile = 0.6 }))
        assert.matches("^quantile: ", select(2, inst:with { latency = "quantile" }))
    end)

    it("holds deviations of times against the deadline", function()
        local description = two_tiers()
        description.system.nodes[1].deviation, description.system.links[1].deviation = 0.2, 0.5
        description.apps[1].deviations = 1
        local inst = assert(fl.instance(description))
        local plan = { { exit = 2, nodes = { "mobile", "edge" } } }
        local sd = math.sqrt((0.2 * 2e-3) ^ 2 + (0.5 * 1e-3) ^ 2)
        assert.near(3.3e-3 + sd, inst:evaluate(plan).latency, 1e-12)
        assert.near(3.3e-3 + sd, inst:solve("exact").latency, 1e-12)
        local twice = assert(inst:with { deviations = 2 })
        assert.equal("infeasible", twice:solve("exact").status)
        local read = twice:solve "milp"
        assert.equal("unknown", read.status)
        assert.matches("latency", read.candidate.reason)
        assert.near(0.107, read.bound, 1e-9) -- the optimum of the means
        assert.equal("optimal", assert(twice:with { deviations = 0 }):solve("milp").status)
        local latest = { links = "all", factor = { 1, 2 }, objective = "latency" }
        assert.equal("unsupported", select(3, twice:breakpoints(latest)))
        assert.equal("unsupported", select(3, twice:lp()))
    end)

    it("refuses numbers out of range and unknown applications", function()
        local inst = assert(fl.instance(two_tiers()))
        local variant, message, code = inst:with { deadline = -1 }
        assert.is_nil(variant)
        assert.matches("deadline: ", message)
        assert.equal("invalid", code)
        assert.matches("^apps%.nobody: ", select(2, inst:with { apps = { nobody = { deadline = 1 } } }))
        assert.matches("^dedline: ", select(2, inst:with { dedline = 1 }))
        assert.has_error(function() inst:with(7) end)
    end)
end)

describe("inst:write, json, lp and table", function()
    it("give the same instance back, bit for bit", function()
        for seed = 1, 50 do
            local inst = assert(fl.generate { seed = seed })
            local again = assert(fl.instance(inst:table()))
            assert.equal(inst:json(), again:json())
        end
    end)

    it("have the digest of the JSON, as sha256sum has it", function()
        local inst = assert(fl.instance(two_tiers()))
        local path = os.tmpname()
        local file <close> = assert(io.open(path, "w"))
        file:write(inst:json()):flush()
        local pipe <close> = io.popen("sha256sum <" .. path)
        assert.equal(pipe:read(64), inst:digest())
        os.remove(path)
    end)

    it("keep counts as integers and quantities as floats", function()
        local app = assert(fl.instance(two_tiers())):table().apps[1]
        assert.equal("integer", math.type(app.exits[1].after))
        assert.equal("float", math.type(app.deadline))
    end)

    it("write a programme that names an objective and its rows", function()
        local inst = assert(fl.instance(two_tiers()))
        local text = assert(inst:lp())
        assert.matches("[Mm]inimize", text)
        assert.matches("[Ss]ubject [Tt]o", text)
        local path = os.tmpname() .. ".lp"
        assert.is_true(inst:write(path))
        assert.equal(text, assert(io.open(path)):read("a"))
        os.remove(path)
    end)

    it("refuse a name whose ending they do not know", function()
        local inst = assert(fl.instance(two_tiers()))
        local written, message, code = inst:write("x.foo")
        assert.is_nil(written)
        assert.equal("x.foo: the name must end in .json, .lp, .mps or .glp", message)
        assert.equal("invalid", code)
    end)

    it("say why a file cannot be written", function()
        local written, message, code = assert(fl.instance(two_tiers())):write("/nowhere/x.json")
        assert.is_nil(written)
        assert.matches("^/nowhere/x%.json: ", message)
        assert.equal("io", code)
    end)
end)

describe("an instance's life", function()
    it("ends with close, which may be called twice", function()
        local inst = assert(fl.instance(two_tiers()))
        inst:close()
        inst:close()
        assert.equal("finlab.instance (closed)", tostring(inst))
        for _, method in ipairs { "solve", "with", "json", "lp", "table", "write", "evaluate", "check" } do
            local done, message = pcall(inst[method], inst, "exact")
            assert.is_false(done)
            assert.matches("the instance is closed", message)
        end
    end)

    it("ends with its scope when it is declared <close>", function()
        local kept
        do
            local inst <close> = assert(fl.instance(two_tiers()))
            kept = inst
        end
        assert.equal("finlab.instance (closed)", tostring(kept))
        pcall(function()
            local inst <close> = assert(fl.instance(two_tiers()))
            kept = inst
            error("out")
        end)
        assert.equal("finlab.instance (closed)", tostring(kept))
    end)

    it("keeps its metatable to itself", function()
        local inst = assert(fl.instance(two_tiers()))
        assert.equal("finlab.instance", getmetatable(inst))
        assert.has_error(function() setmetatable(inst, {}) end)
        assert.has_error(function() inst.solve(io.stdout, "exact") end)
    end)

    it("survives a collector that never rests", function()
        local pause = collectgarbage("setpause", 0)
        for seed = 1, 30 do
            local inst = assert(fl.generate { seed = seed })
            local again = assert(fl.instance(inst:table()))
            local result = assert(again:solve("exact"))
            if result.plan then assert.is_true(assert(inst:evaluate(result)).feasible) end
            fl.instance { apps = { { model = 1 } } }
        end
        collectgarbage("setpause", pause)
    end)

    it("does not pile up when instances are dropped", function()
        local function resident()
            local file = io.open("/proc/self/statm")
            return file and tonumber(file:read("a"):match("^%d+ (%d+)")) * 4096
        end
        local description = assert(fl.generate { seed = 1, nodes = 60, blocks = 20, plain = true }):table()
        local function drop(n)
            for _ = 1, n do assert(fl.instance(description)) end
        end
        drop(50)
        local before = resident()
        drop(200)
        if before then assert.is_true(resident() - before < 400e6) end -- all 200 would be 1 GB
    end)
end)
