-- SPDX-License-Identifier: GPL-3.0-or-later
-- PORTEND's measurements, which the tests write: what becomes of them, and what plans cost then, against the
-- performance model written down step by step.
local fl = require "finlab"
local new_stream = require "finlab.stream"
local core = require "finlab.core"
local pickle = dofile "tests/lua/pickle_writer.lua"
local script = dofile "tests/lua/script.lua"

local FRAME, PACKET = 100, 9000 -- bytes
local THRESHOLDS = { 0, 0.1, 0.3, 0.7, 1 }

local folder

local function write(name, text)
    local path = folder .. "/" .. name
    os.execute(("mkdir -p '%s'"):format(path:match "^(.*)/"))
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
end

before_each(function() folder = script.temporary_folder() end)
after_each(function() script.remove(folder) end)

--- A table of times, ms: rows of { first, last, repeats }, as a JSON text that holds JSON.
local function write_table(machine, model, rows)
    local columns = { partition_start = {}, partition_end = {}, latency_partition = {} }
    for i, row in ipairs(rows) do
        local key = tostring(i - 1)
        columns.partition_start[key], columns.partition_end[key] = row[1], row[2]
        columns.latency_partition[key] = row[3]
    end
    local text = core.json(columns):gsub('[\\"]', "\\%0")
    write(("%s/profiling_partition_%s.txt"):format(machine, model), '"' .. text .. '"')
end

--- Pickles: { model = { { boundary, bytes, dump, load }, ... } }, with numpy's numbers as timeit leaves them.
local function write_serialisation(machine, model, rows)
    local list = {}
    for i, row in ipairs(rows) do
        list[i] = { row[1], row[2], pickle.float64(row[3]), pickle.float64(row[4]) }
    end
    write(machine .. "/profiling_pickle.pkl", pickle.dump(pickle.dict("Other", {}, model, list)))
end

--- Counts by exit and threshold: { { [threshold] = { leave, right } }, ... }.
local function write_exits(model, counts, half)
    local pairs_of = {}
    for i, by_threshold in ipairs(counts) do
        local parts = {}
        for threshold, pair in pairs(by_threshold) do
            table.insert(parts, threshold)
            table.insert(parts, pair)
        end
        table.insert(pairs_of, ("[1, %d]"):format(i))
        table.insert(pairs_of, pickle.dict(table.unpack(parts)))
    end
    local name = "accuracy_exitrate/profiling_exitrate_accuracy_partitionwise_model[%s]_dataset[%s]_%s.txt"
    local network, data = model:match "^(.*)_(.*)$"
    write(name:format(network, data, half or "validation"), pickle.dump(pickle.dict(table.unpack(pairs_of))))
end

local MACHINES = { "slow", "fast", "gpu" }
local LINKS = { { rate = 10e6, delay = 0.020 }, { rate = 400e6, delay = 0.040, energy = 1e-9 } }

--- Measurements of a network of L blocks on three machines, drawn; written, and as they are. `slower`: by how
-- much the machines are slower than else.
local function draw(seed, L, slower)
    local random, data = new_stream(seed, "portend"), { L = L, times = {}, boundaries = {}, exits = {} }
    for m, machine in ipairs(MACHINES) do
        local rows, times, boundaries = {}, {}, {}
        for first = 1, L do
            times[first] = {}
            for last = first, L do
                local base = (last - first + 1 + random:unit()) * 40 * (slower or 1) / 4 ^ m
                times[first][last] = { base, base * 1.05, base * (1 + 0.05 * random:unit()) }
                table.insert(rows, random:int(#rows + 1), { first, last, times[first][last] })
            end
        end
        for i = 1, L do
            boundaries[i] = { i - 1, (data.boundaries.slow or boundaries)[i] and data.boundaries.slow[i][2]
                or 20000 + random:int(90000), random:unit() / m, random:unit() / m }
        end
        write_table(machine, "Net_CIFAR10", rows)
        write_serialisation(machine, "Net", boundaries)
        data.times[machine], data.boundaries[machine] = times, boundaries
    end
    for i = 1, L do
        data.exits[i] = {}
        for k, threshold in ipairs(THRESHOLDS) do
            local most = threshold == 1 and 1 or 0.9 * i / L
            local leave = threshold == 0 and 0 or math.floor(5000 * most * (k / #THRESHOLDS) ^ 0.5)
            if threshold < 1 then leave = math.max(0, leave - random:int(100)) end
            data.exits[i][threshold] = { leave, math.floor(leave * (0.4 + 0.5 * i / L)) }
        end
    end
    write_exits("Net_CIFAR10", data.exits)
    return data, random
end

local function load_drawn(more)
    local options = { model = "Net", tiers = MACHINES, links = LINKS }
    for key, value in pairs(more or {}) do options[key] = value end
    return assert(fl.import.portend(folder, options))
end

-- The performance model -----------------------------------------------------------------------------------

local function slowest(repeats) return math.max(table.unpack(repeats)) end

--- Seconds over the links from tier a up to tier b.
local function hop(a, b, bytes)
    local seconds, worst, others = 0, 0, 0
    for i = a, b - 1 do
        seconds = seconds + LINKS[i].delay
        worst = math.max(worst, PACKET * 8 / LINKS[i].rate)
    end
    for i = a, b - 1 do
        if PACKET * 8 / LINKS[i].rate ~= worst then others = others + PACKET * 8 / LINKS[i].rate end
    end
    if b - a > 1 and bytes > PACKET then return seconds + bytes / PACKET * worst + others end
    for i = a, b - 1 do seconds = seconds + bytes * 8 / LINKS[i].rate end
    return seconds
end

--- Expected seconds and accuracy of partitions that end after blocks `ends` on `tiers`. `agents`: the source
-- is a process of its own on tier 1; `result`: bytes that go back there from wherever a sample leaves.
local function estimate(data, ends, tiers, threshold, agents, result)
    local function released(k) return data.exits[ends[k]][threshold][1] / 5000 end
    local function accuracy(k) return data.exits[ends[k]][1][2] / data.exits[ends[k]][1][1] end
    local function of(tier, boundary, what)
        return data.boundaries[MACHINES[tier]][boundary + 1][what] / 1e3
    end
    local time, first, left, right = 0, 1, 0, 0
    if agents or tiers[1] > 1 then
        time = of(1, 0, 3) + hop(1, tiers[1], data.boundaries.slow[1][2] + FRAME) + of(tiers[1], 0, 4)
    end
    for k, last in ipairs(ends) do
        local leave = k < #ends and math.max(0, released(k) - left) or 1 - left
        local there = 1 - left
        time = time + there * slowest(data.times[MACHINES[tiers[k]]][first][last]) / 1e3
        if result then time = time + leave * hop(1, tiers[k], result) end
        right = right + leave * accuracy(k)
        left, first = left + leave, last + 1
        if k < #ends then
            local bytes = data.boundaries[MACHINES[tiers[k]]][last + 1][2] + FRAME
            time = time + (1 - left) * (of(tiers[k], last, 3) + hop(tiers[k], tiers[k + 1], bytes)
                + of(tiers[k + 1], last, 4))
        end
    end
    return time, right
end

--- The same choice as a plan of the imported model: only the exits at the partitions' ends are on.
local function plan_of(ends, tiers, threshold)
    local nodes, off, first = {}, {}, 1
    for k, last in ipairs(ends) do
        for l = first, last do
            nodes[l] = MACHINES[tiers[k]]
            if l < last then table.insert(off, l) end
        end
        first = last + 1
    end
    return { { exit = ends[#ends], nodes = nodes, off = #off > 0 and off or nil, threshold = threshold } }
end

--- Ends of partitions, the tier of each, and a threshold.
local function draw_choice(random, L)
    local tiers = ({ { 1 }, { 2 }, { 3 }, { 1, 2 }, { 1, 3 }, { 2, 3 }, { 1, 2, 3 } })[random:int(7)]
    local ends, last = {}, 0
    for k = 1, #tiers do
        last = last + random:int(L - last - (#tiers - k))
        ends[k] = last
    end
    return ends, tiers, THRESHOLDS[random:int(#THRESHOLDS)]
end

local function early_elsewhere(tiers)
    return #tiers > 1 and tiers[#tiers - 1] > 1
end

describe("fl.import.portend", function()
    it("makes plans cost what the performance model says", function()
        local checked = { 0, 0, 0 }
        for seed = 1, 12 do
            local L = 3 + seed % 5
            local data, random = draw(seed, L)
            for _, agents in ipairs { false, true } do
                local profile = load_drawn { agents = agents, result_bytes = agents and 350 or 0 }
                local inst = assert(fl.instance { system = profile.system, apps = { {
                    model = profile.model, source = agents and "source" or "slow", deadline = 1e3,
                    latency = "mean",
                } } })
                assert.same({ {}, {} }, { profile.raised, profile.clamped })
                for _ = 1, 60 do
                    local ends, tiers, threshold = draw_choice(random, L)
                    -- what results take back is exact where those who leave early do so on the first tier
                    if not (agents and early_elsewhere(tiers)) then
                        local time, accuracy = estimate(data, ends, tiers, threshold, agents, agents and 350)
                        local name = threshold > 0 and ("%.14g"):format(threshold) or nil
                        local verdict = assert(inst:evaluate(plan_of(ends, tiers, name)))
                        local what = ("seed %d, ends %s on tiers %s"):format(seed, table.concat(ends, ","),
                            table.concat(tiers, ","))
                        assert.near(time, verdict.latency, 1e-9 * time, what)
                        assert.near(accuracy, verdict.accuracy, 1e-9, what)
                        checked[#ends] = checked[#ends] + 1
                    end
                end
            end
        end
        for n = 1, 3 do assert.is_true(checked[n] > 50, checked[n]) end
    end)

    --- Calls `try` with all ends of partitions and their tiers, at every threshold.
    local function each_choice(L, try)
        for _, tiers in ipairs { { 1 }, { 2 }, { 3 }, { 1, 2 }, { 1, 3 }, { 2, 3 }, { 1, 2, 3 } } do
            local ends = {}
            local function go_on(k)
                for last = (ends[k - 1] or 0) + 1, L do
                    ends[k] = last
                    for _, threshold in ipairs(k == #tiers and THRESHOLDS or {}) do
                        try(ends, tiers, threshold)
                    end
                    if k < #tiers then go_on(k + 1) end
                end
                ends[k] = nil
            end
            go_on(1)
        end
    end

    it("leads the strategy portend to the plans that trying all of them finds", function()
        local partitions = { 0, 0, 0 }
        for seed = 1, 12 do
            local L = 3 + seed % 5
            local data = draw(seed, L, 2)
            local profile = load_drawn()
            assert.same({ {}, {} }, { profile.raised, profile.clamped })
            local base = assert(fl.instance { system = profile.system, apps = { {
                model = profile.model, source = "slow", deadline = 1e3, latency = "mean",
            } } })
            for _, accuracy in ipairs { 0.5, 0.6, 0.7, 0.75, 0.8, 0.85 } do
                local best, most = math.huge, 0
                each_choice(L, function(ends, tiers, threshold)
                    local time, right = estimate(data, ends, tiers, threshold)
                    if right >= accuracy then best = math.min(best, time) end
                    if time <= 0.15 then most = math.max(most, right) end
                end)
                local result = base:with({ accuracy = accuracy }):solve "portend"
                local what = ("seed %d, accuracy %g"):format(seed, accuracy)
                assert.near(best, result.latency, 1e-9 * best, what)
                local seen, n = {}, 0
                for _, node in ipairs(result.plan[1].nodes) do
                    n = n + (seen[node] and 0 or 1)
                    seen[node] = true
                end
                partitions[n] = partitions[n] + 1
                result = base:with({ deadline = 0.15 }):solve("portend", { goal = "accuracy" })
                assert.near(most, result.accuracy, 1e-9, what)
            end
        end
        assert.is_true(partitions[1] > 5 and partitions[2] > 5, table.concat(partitions, " "))
    end)

    --- The least energy of all plans of PORTEND's form that the judge accepts.
    local function least_energy(inst, L)
        local best = math.huge
        local function try(ends, tiers, threshold)
            local verdict = assert(inst:evaluate(plan_of(ends, tiers, threshold)))
            if verdict.feasible then best = math.min(best, verdict.energy) end
        end
        for last = 1, L do
            for tier = 1, 3 do try({ last }, { tier }) end
            for cut = 1, last - 1 do
                for _, tiers in ipairs { { 1, 2 }, { 1, 3 }, { 2, 3 } } do
                    try({ cut, last }, tiers)
                    for _, threshold in ipairs { "0.1", "0.3", "0.7" } do
                        try({ cut, last }, tiers, threshold)
                    end
                end
            end
        end
        return best
    end

    it("leads exact to plans that none of PORTEND's is better than", function()
        local better, solved = 0, 0
        for seed = 21, 26 do
            draw(seed, 4)
            local profile = load_drawn { tiers = {
                { machine = "slow", power = 3 }, { machine = "fast", power = 20 },
                { machine = "gpu", power = 90 },
            } }
            local base = assert(fl.instance { system = profile.system, apps = { {
                model = profile.model, source = "slow", deadline = 1e3, latency = "mean",
            } } })
            for _, limits in ipairs { { 0.09, 0.55 }, { 0.12, 0.6 }, { 1, 0.7 } } do
                local inst = assert(base:with { deadline = limits[1], accuracy = limits[2] })
                local best, result = least_energy(inst, 4), inst:solve "exact"
                assert.equal(result.status, result.energy and "optimal" or "infeasible")
                local energy = result.energy or math.huge
                assert.is_true(energy <= best * (1 + 1e-9), "seed " .. seed)
                if best < math.huge then solved = solved + 1 end
                if energy < best * (1 - 1e-6) then better = better + 1 end
            end
        end
        assert.is_true(solved >= 6 and better >= 1, solved .. " " .. better)
    end)

    --- Two blocks on two machines; the second one's times do not add up, and its second exit releases less.
    local function write_small()
        write_table("box", "Net_Toy",
            { { 1, 1, { 3, 1, 2 } }, { 1, 2, { 5, 4, 9 } }, { 2, 2, { 1, 1, 1 } } })
        write_table("gpu", "Net_Toy", { { 2, 2, { 1 } }, { 1, 2, { 0.5 } }, { 1, 1, { 2 } } })
        write_serialisation("box", "Net", { { 0, 900, 1, 2 }, { 1, 1900, 3, 4 } })
        write_serialisation("gpu", "Net", { { 0, 910, 0.1, 0.2 }, { 1, 1890, 0.3, 0.4 } })
        local counts = {
            { [0] = { 0, 0 }, [0.5] = { 40, 36 }, [1] = { 100, 60 } },
            { [0] = { 0, 0 }, [0.5] = { 30, 30 }, [1] = { 98, 49 } },
        }
        write_exits("Net_Toy", counts)
        counts[1][0.5] = { 50, 40 }
        write_exits("Net_Toy", counts, "test")
    end

    local SMALL = { model = "Net", tiers = { "box", "gpu" }, links = { { rate = 1e6, delay = 0.01 } } }

    local function load_small(more)
        local options = {}
        for key, value in pairs(SMALL) do options[key] = value end
        for key, value in pairs(more or {}) do options[key] = value end
        return fl.import.portend(folder, options)
    end

    it("gives times of runs, serialisation, exits and thresholds, and keeps what was measured", function()
        write_small()
        local profile = assert(load_small())
        local model = profile.model
        assert.same({ "Net", "Toy" }, { model.name, model.data })
        assert.same({
            ops = 0, out_bits = 16000, time = { box = 0.003, gpu = 0.002 }, nodes = { "box", "gpu" },
            pack = { box = 0.003, gpu = 0.0003 }, unpack = { box = 0.004, gpu = 0.0004 },
        }, model.blocks[1])
        assert.same({ 8080, { box = 0.001, gpu = 0.0001 }, { box = 0.002, gpu = 0.0002 } },
            { model.input_bits, model.input_pack, model.input_unpack })
        assert.same({
            { first = 1, last = 1, time = 0.003 }, { first = 1, last = 2, time = 0.009 },
            { first = 2, last = 2, time = 0.001 },
        }, model.segments.box)
        assert.equal(0.002, model.segments.gpu[2].time) -- not 0.0005: never less than without the last block
        assert.same({ { node = "gpu", first = 1, last = 2, by = 0.002 - 0.0005 } }, profile.raised)
        assert.same({ 0.003, 0.001, 0.002 }, profile.tables.box[1][1])
        assert.same({ leave = 40, right = 36 }, profile.exits[1][0.5])
        assert.same({
            { after = 1, share = 0, accuracy = 0.6, optional = true, ops = 0 },
            { after = 2, share = 0, accuracy = 0.5, optional = true, ops = 0 },
        }, model.exits)
        assert.same({
            { name = "0.5", shares = { 0.4, 0 }, accuracies = { 0.6, 0.5 } },
            { name = "1", shares = { 1, 0 }, accuracies = { 0.6, 0.5 } },
        }, model.thresholds)
        assert.same({ 2, 0.5, 2, 1 }, {
            profile.clamped[1].after, profile.clamped[1].threshold, profile.clamped[2].after,
            profile.clamped[2].threshold,
        })
        assert.near(0.1, profile.clamped[1].by, 1e-12)
        assert.same({
            nodes = {
                { name = "box", tier = 0, speed = 1, power = 0 },
                { name = "gpu", tier = 1, speed = 1, power = 0 },
            },
            links = { { from = "box", to = "gpu", rate = 1e6, delay = 0.01, energy = 0 } },
        }, profile.system)
        local app = { model = model, source = "box", deadline = 1 }
        assert(fl.instance { system = profile.system, apps = { app } })
    end)

    it("takes other repeats, samples, exits, thresholds, halves, sizes and nodes", function()
        write_small()
        assert.equal(0.001, load_small({ repeats = "min" }).model.blocks[1].time.box)
        assert.equal(0.002, load_small({ repeats = "mean" }).model.blocks[1].time.box)
        assert.equal(0.005, load_small({ repeats = "median" }).model.segments.box[2].time)
        assert.equal(0.2, load_small({ samples = 200 }).model.thresholds[1].shares[1])
        assert.equal(0.5, load_small({ half = "test" }).model.thresholds[1].shares[1])
        local own = assert(load_small { exits = { 2 }, threshold = 0.5 })
        assert.same({ { after = 2, share = 0.3, accuracy = 0.5, optional = true, ops = 0 } }, own.model.exits)
        assert.same({ "0", "1" }, { own.model.thresholds[1].name, own.model.thresholds[2].name })
        assert.same({}, own.clamped)
        local function shape(...) return pickle.call("torch.Size", pickle.tuple(...)) end
        write("intermediate_dict.pkl",
            pickle.dump(pickle.dict("Net", pickle.dict(0, shape(1, 3, 8, 8), 1, shape(5)))))
        local plain = assert(load_small { serialisation = false, frame = 0 }).model
        assert.same({ 8 * 4 * 192, 8 * 4 * 5 }, { plain.input_bits, plain.blocks[1].out_bits })
        assert.same({}, plain.input_pack)
        local named = assert(load_small {
            tiers = { { machine = "gpu", name = "a", power = 5 }, { machine = "gpu", name = "b" } },
        })
        assert.same({ a = 0.002, b = 0.002 }, named.model.blocks[1].time)
        assert.equal(5, named.system.nodes[1].power)
    end)

    it("refuses files that do not fit, and says which and where", function()
        local function complaint(more)
            local profile, message, code = load_small(more)
            assert.is_nil(profile)
            assert.is_truthy(code == "invalid" or code == "io", message)
            return message:sub(#folder + 2)
        end
        write_small()
        assert.equal('gpu: has 0 tables of "Nett"; data says which',
            complaint { model = "Nett", tiers = { "gpu", "box" } })
        assert.is_truthy(complaint { data = "None" }:find("box/profiling_partition_Net_None.txt", 1, true))
        assert.is_truthy(complaint { half = "none" }:find("_none.txt: No such file", 1, true))
        assert.is_truthy(complaint { threshold = 0.2 }:find("has no threshold 0.2", 1, true))
        assert.is_truthy(complaint { exits = { 3 } }:find("exits[1]: must be a block with an exit", 1, true))
        local name = "box/profiling_partition_Net_Toy.txt"
        for text, wrong in pairs {
            ["[1,"] = ": line 1, column 3: ']' expected near end of file",
            ['{"partition_start": {}}'] = ": must be a JSON text that holds JSON",
            ['"{\\"partition_start\\": {}}"'] = ': has no column "partition_end"',
        } do
            write(name, text)
            assert.equal(name .. wrong, complaint())
        end
        for _, case in ipairs {
            { { { 1, 1, { 1 } } }, "gpu: has 2 blocks of \"Net\", and other machines have 1" },
            { { { 1, 1, { 1 } }, { 1, 1, { 1 } } }, name .. ": blocks 1 to 1 are there twice" },
            { { { 1, 1, { 1 } }, { 2, 2, { 1 } } }, name .. ": there is no row for blocks 1 to 2" },
            { { { 1, 3, { 1 } } }, name .. ": has too few rows" }, { {}, name .. ": has too few rows" },
            { { { 2, 1, { 1 } } }, name .. ": row 0: must be a range of blocks from 1" },
            { { { 1.5, 2, { 1 } } }, name .. ": row 0: must be a range of blocks from 1" },
            { { { 1, 1, { -1 } } }, name .. ": row 0: must have milliseconds, not negative" },
            { { { 1, 1, {} } }, name .. ": row 0: must have milliseconds, not negative" },
        } do
            write_table("box", "Net_Toy", case[1])
            assert.equal(case[2], complaint())
        end
        write_small()
        write_serialisation("box", "Net", { { 0, 900, 1, 2 }, { 2, 1900, 3, 4 } })
        assert.equal("box/profiling_pickle.pkl: Net[2]: must be 1, bytes, milliseconds, milliseconds",
            complaint())
        write("box/profiling_pickle.pkl", pickle.dump(pickle.dict("Other", {})))
        assert.equal('box/profiling_pickle.pkl: has no list for "Net"', complaint())
        write("box/profiling_pickle.pkl", pickle.dump(pickle.call("os.system", "touch /tmp/owned")))
        assert.equal('box/profiling_pickle.pkl: byte 2: "os.system" is none of the names that may be read',
            complaint())
        write_small()
        local where = "accuracy_exitrate/profiling_exitrate_accuracy_partitionwise_"
            .. "model[Net]_dataset[Toy]_validation.txt"
        write_exits("Net_Toy", { { [0] = { 0, 0 } }, { [0] = { 1, 2 } } })
        assert.equal(where .. ': "[1, 2]": must have, by threshold, how many samples leave and are right',
            complaint())
        write_exits("Net_Toy", { { [0] = { 0, 0 }, [1] = { 2, 1 } }, { [0] = { 2, 2 } } })
        assert.equal(where .. ': "[1, 2]": has no threshold 1', complaint())
        write("intermediate_dict.pkl", pickle.dump(pickle.dict("Net", pickle.dict(0, { -1 }))))
        assert.equal("intermediate_dict.pkl: Net[0]: must be a shape", complaint { serialisation = false })
    end)

    it("raises for options that make no sense", function()
        for message, options in pairs {
            ["import.portend: model and tiers are needed"] = { model = "Net" },
            ["import.portend: tiers, and links with rate and delay between each two, are needed"] =
                { model = "Net", tiers = { "a", "b" } },
            ["import.portend: each tier needs a machine"] = { model = "Net", tiers = { { name = "a" } } },
            ["import.portend: each link needs a rate greater than 0, and a delay not negative"] =
                { model = "Net", tiers = { "a", "b" }, links = { { rate = 0 } } },
            ['import.portend: there is no option "repeat"'] = { ["repeat"] = "max" },
        } do
            assert.has_error(function() fl.import.portend(folder, options) end, message)
        end
    end)
end)
