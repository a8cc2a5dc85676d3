-- SPDX-License-Identifier: GPL-3.0-or-later
-- Traces: what the generators draw, CSV there and back, and where a file is wrong.
local fl = require "finlab"

local SLOTS = 20000

local function series(generator, seed)
    local trace = assert(fl.traces.new { slots = SLOTS, seed = seed or 1, arrivals = generator })
    return trace.columns.arrivals
end

local function mean(numbers) return fl.stats.mean(numbers) end

local function extremes(numbers)
    local sorted = fl.stats.sorted(numbers)
    return sorted[1], sorted[#sorted]
end

describe("generators", function()
    it("markov: stays as often as it should, and visits all values alike", function()
        local drawn, stays, counts = series(fl.traces.markov { values = { 1, 2, 4 }, stay = 0.9 }), 0, {}
        for t, x in ipairs(drawn) do
            counts[x] = (counts[x] or 0) + 1
            if drawn[t + 1] == x then stays = stays + 1 end
        end
        assert(math.abs(stays / SLOTS - 0.9) < 0.01, stays / SLOTS)
        for _, value in ipairs { 1, 2, 4 } do assert(math.abs(counts[value] / SLOTS - 1 / 3) < 0.05) end
    end)

    it("walk: stays between its bounds, reaches both, and its steps are as long as they should", function()
        local drawn, steps = series(fl.traces.walk { step = 0.02, least = 0.5, most = 2 }), {}
        local least, most = extremes(drawn)
        assert(least >= 0.5 and least < 0.51 and most <= 2 and most > 1.96, least .. " " .. most)
        for t = 2, SLOTS do steps[t - 1] = math.log(drawn[t] / drawn[t - 1]) end
        assert(math.abs(fl.stats.deviation(steps) - 0.02) < 0.001)
        assert.equal(1, drawn[1])
    end)

    it("diurnal: repeats itself with its period, around its mean", function()
        local drawn = series(fl.traces.diurnal { period = 100, mean = 3, swing = 0.5 })
        local least, most = extremes(drawn)
        assert(math.abs(least - 1.5) < 0.01 and math.abs(most - 4.5) < 0.01)
        assert(math.abs(mean(drawn) - 3) < 1e-6)
        for t = 1, 100 do assert(math.abs(drawn[t] - drawn[t + 100]) < 1e-9) end
        local noisy = series(fl.traces.diurnal { noise = 0.1, period = 100, mean = 3, swing = 0 })
        assert(math.abs(fl.stats.deviation(noisy) / 3 - 0.1) < 0.01)
    end)

    it("corunner: as many run as start times how long they last", function()
        local running = {}
        for t, left in ipairs(series(fl.traces.corunner { start = 0.04, last = 25, share = 0.5 })) do
            running[t] = math.log(left) / math.log(0.5)
        end
        assert(math.abs(mean(running) - 1) < 0.15, mean(running))
        local left = series(fl.traces.corunner())
        for t, load in ipairs(series(fl.traces.corunner { load = true })) do
            assert(math.abs(load - (1 - left[t])) < 1e-12)
        end
    end)

    it("poisson: mean and variance are the same", function()
        local drawn = series(fl.traces.poisson { mean = 2.5 })
        assert(math.abs(mean(drawn) - 2.5) < 0.05)
        assert(math.abs(fl.stats.deviation(drawn) ^ 2 - 2.5) < 0.1)
    end)

    it("draw the same for the same seed and other numbers for another, column by column", function()
        local function trace(seed, more)
            return assert(fl.traces.new {
                slots = 50, seed = seed, speed = { a = fl.traces.walk(), b = fl.traces.walk() }, rate = more,
            }).columns
        end
        assert.same(trace(1), trace(1))
        assert.not_same(trace(1)["speed:a"], trace(2)["speed:a"])
        assert.not_same(trace(1)["speed:a"], trace(1)["speed:b"])
        assert.same(trace(1)["speed:a"], trace(1, { ["a->b"] = fl.traces.walk() })["speed:a"])
    end)

    it("refuse options that make no sense", function()
        for _, wrong in ipairs {
            function() fl.traces.markov { stay = 2 } end, function() fl.traces.markov { values = {} } end,
            function() fl.traces.walk { least = 0 } end, function() fl.traces.walk { start = 5 } end,
            function() fl.traces.diurnal { swing = 1 } end, function() fl.traces.corunner { last = 0.5 } end,
            function() fl.traces.poisson { mean = -1 } end, function() fl.traces.poisson { mean = "2" } end,
            function() fl.traces.poisson { rate = 2 } end, function() fl.traces.new { slots = 0 } end,
        } do
            assert.has_error(wrong)
        end
    end)
end)

describe("a trace", function()
    it("refuses numbers that no system has, and says where", function()
        local function complaint(description)
            description.slots = 2
            local trace, message, code = fl.traces.new(description)
            assert.is_nil(trace)
            assert.equal("invalid", code)
            return message
        end
        assert.equal("trace: speed:a: slot 2: must be greater than 0: 0",
            complaint { speed = { a = { 1, 0 } } })
        assert.equal("trace: load:a: slot 1: must be from 0 to less than 1: 1",
            complaint { load = { a = 1 } })
        assert.equal("trace: arrivals: slot 1: must not be negative: -1", complaint { arrivals = -1 })
        assert.equal("trace: rate:a->b: must have 2 numbers", complaint { rate = { ["a->b"] = { 1 } } })
        assert.equal("trace: speed:a: slot 1: must be a finite number, not inf",
            complaint { speed = { a = math.huge } })
        assert.equal("trace: speeds: is no field of a trace", complaint { speeds = {} })
    end)

    it("becomes states: own columns before those for all, load taken off the speed", function()
        local inst = assert(fl.instance {
            system = {
                nodes = {
                    { name = "a", speed = 1, power = 1 }, { name = "b", tier = 1, speed = 1, power = 1 },
                },
                links = { { from = "a", to = "b", rate = 1 }, { from_tier = 1, to_tier = 0, rate = 1 } },
            },
            apps = { { source = "a", deadline = 9, blocks = { { ops = 1 } },
                exits = { { after = 1, accuracy = 1 } } } },
        })
        local states, arrivals, names = assert(fl.traces.new {
            slots = 1, speed = { a = 0.5, ["*"] = 0.25 }, load = { b = 0.5 }, rate = { ["1->0"] = 3 },
            arrivals = 7,
        }):states(inst)
        assert.same({ { 0.5, 0.125, 1, 3, 7 } }, states)
        assert.same({ 7 }, arrivals)
        assert.same({ "speed:a", "speed:b", "rate:a->b", "rate:1->0" }, names)
    end)

    it("is the same after being written and read", function()
        local path = os.tmpname() .. ".csv"
        local trace = assert(fl.traces.new {
            slots = 30, seed = 3, speed = { ['the "big", one'] = fl.traces.walk() },
            rate = { ["a->b"] = fl.traces.markov() }, arrivals = fl.traces.poisson(),
        })
        assert(trace:write(path))
        local again = assert(fl.traces.read(path))
        os.remove(path)
        assert.same(trace.names, again.names)
        assert.equal(30, again.slots)
        for name, numbers in pairs(trace.columns) do
            for t, x in ipairs(numbers) do assert.equal(x, again.columns[name][t], name) end
        end
    end)

    it("is read with other line ends, blank lines, spaces and a byte order mark", function()
        local trace = assert(fl.traces.parse("\239\187\191slot, arrivals\r\n1, 2\r\n\r\n2,3.5e0\r\n"))
        assert.same({ 2, 3.5 }, trace.columns.arrivals)
        assert.equal(2, trace.slots)
    end)

    it("that is no CSV is refused with line and column", function()
        local function complaint(text)
            local trace, message, code = fl.traces.parse(text, "t.csv")
            assert.is_nil(trace)
            assert.equal("invalid", code)
            return message
        end
        assert.equal('t.csv: line 3, column 2 (arrivals): "x" is not a number',
            complaint "slot,arrivals\n1,1\n2,x\n")
        assert.equal('t.csv: line 2, column 1 (arrivals): "" is not a number', complaint 'arrivals\n""\n')
        assert.equal('t.csv: line 2, column 1 (arrivals): "0x10" is not a number',
            complaint "arrivals\n0x10\n")
        assert.equal('t.csv: line 2, column 1 (arrivals): "nan" is not a number', complaint "arrivals\nnan\n")
        assert.equal("t.csv: line 2, column 1 (arrivals): must be a finite number, not inf",
            complaint "arrivals\n1e999\n")
        assert.equal("t.csv: line 3, column 2 (speed:a): must be greater than 0: -1",
            complaint "arrivals,speed:a\n1,1\n1,-1\n")
        assert.equal("t.csv: line 2, column 2: 1 cells, but there are 2 columns",
            complaint "arrivals,speed:a\n1\n")
        assert.equal("t.csv: line 2, column 2: 3 cells, but there are 1 columns",
            complaint "arrivals\n1,2,3\n")
        assert.equal("t.csv: line 3, column 1 (slot): must be 2: slots count up from 1",
            complaint "slot,arrivals\n1,1\n3,1\n")
        assert.equal("t.csv: line 2, column 2: the quote does not end", complaint 'arrivals,speed:a\n1,"2\n')
        assert.equal('t.csv: line 1, column 2: "speed" is no column of a trace: slot, speed:NODE, load:NODE, '
            .. "rate:FROM->TO or arrivals", complaint "slot,speed\n1,1\n")
        assert.equal('t.csv: line 1, column 2: "arrivals" is there already',
            complaint "arrivals,arrivals\n1,1\n")
        assert.equal("t.csv: has no slots", complaint "arrivals\n")
        local trace, message, code = fl.traces.read "/nowhere/t.csv"
        assert.is_nil(trace)
        assert.is_truthy(message:find("/nowhere/t.csv", 1, true))
        assert.equal("io", code)
    end)
end)
