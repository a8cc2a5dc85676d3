-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is left of sweeps that are killed, and of those that share their work: all of it.
local fl = require "finlab"
local core = require "finlab.core"
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")

-- How often a sweep is killed; FINLAB_KILLS=1000 is for those who have the time.
local KILLS = tonumber(os.getenv "FINLAB_KILLS") or 10

local folder

local function shell(format, ...)
    return os.execute(format:format(...))
end

local function write(path, text)
    local file <close> = assert(io.open(path, "w"))
    file:write(text)
end

local function lines_of(path)
    local lines = {}
    for line in io.lines(path) do table.insert(lines, line) end
    return lines
end

before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(core.folder(folder))
end)

after_each(function() shell("rm -rf '%s'", folder) end)

--- Run the script's sweep again and again, kill -9 at random moments, until it ends. By turns the parent
-- alone is killed, and the group, workers and all; `check` is called after each kill. How often.
local function kill_until_done(script, longest, check)
    -- A sanitizer's last look for leaks does not survive being killed.
    local kill = "export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0; "
        .. "setsid '%s' %s & p=$!; sleep %.3f; kill -s KILL %s$p 2>/dev/null; wait $p 2>/dev/null"
    local start = fl.clock()
    assert(shell("'%s' --version >%s/version", program, folder))
    local loading = fl.clock() - start
    for kills = 0, KILLS - 1 do
        -- Later and later, so that a busy machine gets somewhere between two kills.
        local wait = loading + longest * math.random() * (1 + kills / 4)
        local ended = select(3, shell(kill, program, script, wait, kills % 2 == 1 and "-- -" or ""))
        check(kills + 1)
        if ended == 0 then return kills end
    end
    assert.equal(0, (select(3, shell("'%s' %s", program, script))))
    return KILLS
end

-- Put before a script: kills the sweep, once, when a thousand of its cases count as done. At a moment drawn
-- at random it might be over already.
local MORTAL = [[
    local Crew = getmetatable(require "finlab.crew"({}, { order = {} }))
    local settle, done, marker = Crew.settle, 0, %q
    function Crew:settle(position, key, word, failed)
        if word == "done" then done = done + 1 end
        if done == 1000 and not io.open(marker) then
            io.open(marker, "w"):close()
            os.execute "kill -s KILL $PPID"
        end
        return settle(self, position, key, word, failed)
    end
]]

--- A script of 10,000 cases, with `more` arguments of run(); `mortal`: it kills itself once.
local function ten_thousand(name, store, more, mortal)
    local script = ("%s/%s.lua"):format(folder, name)
    write(script, (mortal and MORTAL:format(folder .. "/" .. name .. ".died") or "") .. ([[
        local fl = require "finlab"
        local inst = assert(fl.instance {
            system = fl.systems.three_tier { links = "receiver" },
            apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 7e-3 } },
        })
        assert(fl.sweep {
            name = "savings", store = %q,
            axes = {
                deadline = fl.range(3e-3, 3e-3 + 1249 * 1e-5, 1e-5), accuracy = { 0.5, 0.7, 0.8, 0.85 },
                method = { "exact", "fin:gamma=30" },
            },
            case = function(p) return inst:with { deadline = p.deadline, accuracy = p.accuracy } end,
        }:run { progress = false, %s })
        os.exit(0)
    ]]):format(("%s/%s.db"):format(folder, store), more))
    return script
end

--- The SHA-256 of all that a store has but for what a clock had a say in, and how many rows those are.
local function content(store)
    local db <close> = assert(core.database(("%s/%s.db"):format(folder, store), "write"))
    local select <close> = assert(db:prepare("SELECT sweep, key, parameters, method, coalesce(seed, ''), "
        .. "instance, status, coalesce(error, ''), version, record FROM cases ORDER BY sweep, key"))
    local rows = {}
    while select:step() do
        table.insert(rows, (table.concat({ select:row() }, "|"):gsub('"seconds": [^,}]*', "")))
    end
    return core.digest(table.concat(rows, "\n")), #rows
end

describe("a sweep that is killed", function()
    it("loses no acknowledged row when all is killed at random moments", function()
        local script, acknowledged = folder .. "/killed.lua", folder .. "/acknowledged"
        write(acknowledged, "")
        -- A case is acknowledged when it counts as done.
        write(script, ([[
            local fl = require "finlab"
            local Crew = getmetatable(require "finlab.crew"({}, { order = {} }))
            local settle = Crew.settle
            function Crew:settle(position, key, word, failed)
                local file = word == "done" and io.open(%q, "a")
                if file then file:write(position, "\n"):close() end
                return settle(self, position, key, word, failed)
            end
            assert(fl.sweep {
                store = %q, axes = { n = fl.range(1, 300) },
                run = function(p)
                    local start = fl.clock()
                    while fl.clock() - start < 6e-3 do end
                    return { m = p.n }
                end,
            }:run { progress = false, jobs = 2 })
            os.exit(0)
        ]]):format(acknowledged, folder .. "/killed.db"))
        math.randomseed(20240517)
        local rows
        local function check(kills)
            rows = fl.store(folder .. "/killed.db"):rows()
            local stored = {}
            for _, row in ipairs(rows and rows.rows or {}) do
                assert.is_nil(stored[row.n], "doubled")
                stored[row.n] = true
            end
            for _, n in ipairs(lines_of(acknowledged)) do
                assert.is_truthy(stored[tonumber(n)], ("case %s is lost (kill %d)"):format(n, kills))
            end
        end
        local kills = kill_until_done(script, 0.5, check)
        check(kills)
        assert.equal(300, #rows.rows)
        assert.is_true(kills > 0, "was never killed")
        local done = {}
        for _, n in ipairs(lines_of(acknowledged)) do
            assert.is_nil(done[n], "done twice: " .. n)
            done[n] = true
        end
    end)

    it("has all rows of an uninterrupted run once it is resumed", function()
        assert(shell("'%s' %s", program, ten_thousand("whole", "whole", "jobs = 1")))
        local whole, n = content "whole"
        assert.equal(10000, n)
        for jobs = 1, 2 do
            local name, midway = "killed" .. jobs, 0
            math.randomseed(20240517 + jobs)
            local kills = kill_until_done(ten_thousand(name, name, "jobs = " .. jobs, true), 2, function()
                local rows = fl.store(("%s/%s.db"):format(folder, name)):sweeps()
                local cases = rows and rows.rows[1] and rows.rows[1].cases or 0
                if cases > 0 and cases < 10000 then midway = midway + 1 end
            end)
            assert.is_true(midway > 0, ("never killed in the middle, but %d times"):format(kills))
            assert.equal(whole, (content(name)), ("%d jobs, %d kills"):format(jobs, kills))
        end
    end)
end)

describe("a sweep's store", function()
    it("has the same content from one process, two processes and two shards", function()
        assert(shell("'%s' %s", program, ten_thousand("one", "one", "jobs = 1")))
        local two, first, second = ten_thousand("two", "two", "jobs = 2"),
            ten_thousand("first", "shards", "shard = '1/2'"),
            ten_thousand("second", "shards", "shard = '2/2'")
        local both = "'%s' %s & '%s' %s; e=$?; wait $! && exit $e"
        assert(shell(both, program, two, program, two))
        assert(shell(both, program, first, program, second))
        assert(shell("cd '%s' && '%s' merge shards.db shards.1-of-2.db shards.2-of-2.db >said", folder,
            program))
        local one, n = content "one"
        assert.equal(10000, n)
        assert.equal(one, (content "two"), "two processes of two workers each")
        assert.equal(one, (content "shards"), "two shards, merged")
    end)
end)
