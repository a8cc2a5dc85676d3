-- SPDX-License-Identifier: GPL-3.0-or-later
-- Sweeps, workers and stores: what is kept, whoever is killed.
local fl = require "finlab"
local core = require "finlab.core"
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")

local QUIET = { progress = false }

local function options(more)
    local all = { progress = false }
    for key, value in pairs(more) do all[key] = value end
    return all
end

local folder

--- What a command prints.
local function output_of(format, ...)
    local pipe <close> = io.popen(format:format(...))
    return pipe:read("a")
end

local function write(path, text)
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
end

local function read(path)
    local file = io.open(path)
    local text = file and file:read("a")
    if file then file:close() end
    return text
end

local function shell(format, ...)
    return os.execute(format:format(...))
end

--- An instance of the published system.
local function published()
    return assert(fl.instance {
        system = fl.systems.three_tier { links = "receiver" },
        apps = { {
            model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 7e-3, accuracy = 0.8,
        } },
    })
end

--- The rows without what a clock had a say in.
local function timeless(rows)
    return rows:derive { seconds = function() return 0 end }:csv()
end

local function column(rows, key)
    local values = {}
    for i, row in ipairs(rows.rows) do values[i] = row[key] end
    return values
end

-- A worker's function counts itself by a line in a file; lines are written whole.
local function note(path, text)
    local file = assert(io.open(path, "a"))
    file:write(text, "\n")
    file:close()
end

local function lines_of(path)
    local lines = {}
    for line in (read(path) or ""):gmatch("[^\n]+") do table.insert(lines, line) end
    return lines
end

before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(core.folder(folder))
end)

after_each(function() shell("chmod -R u+w '%s'; rm -rf '%s'", folder, folder) end)

describe("fl.sweep", function()
    it("crosses lists, functions, tables of several parameters, seeds and repetitions", function()
        local cases = fl.sweep({
            axes = {
                b = { 1, 2 },
                a = function(p) return p.b == 1 and { "x", "y" } or {} end,
                point = { { model = "m", deadline = 3 }, { model = "n", deadline = 4 } },
            },
            seeds = { 7 }, repetitions = 2, run = print,
        }):cases()
        assert.equal(8, #cases)
        assert.same({ b = 1, a = "x", model = "m", deadline = 3, seed = 7, repetition = 1 }, cases[1])
        assert.same({ b = 1, a = "x", model = "m", deadline = 3, seed = 7, repetition = 2 }, cases[2])
        assert.same({ b = 1, a = "y", model = "n", deadline = 4, seed = 7, repetition = 2 }, cases[8])
    end)

    it("raises for descriptions that make no sense", function()
        for _, wrong in ipairs {
            {}, { run = print, case = print }, { case = print }, { run = print, axis = {} }, { run = 1 },
            { run = print, axes = { seed = { 1 } }, seeds = { 1 } },
        } do
            assert.has_error(function() fl.sweep(wrong) end)
        end
        for _, value in ipairs { print, 1 / 0, 0 / 0, "\xff" } do
            assert.has_error(function() fl.sweep({ run = print, axes = { x = { value } } }):cases() end)
        end
        assert.has_error(function() fl.sweep({ case = print, axes = { method = { 1 } } }):cases() end)
        assert.has_error(function()
            fl.sweep({ run = print, axes = { x = { 1 }, y = { { x = 2 } } } }):cases()
        end)
        assert.has_error(function() fl.sweep({ run = print }):run { jobs = 0 } end)
        assert.has_error(function() fl.sweep({ run = print }):run { shard = "3/2" } end)
    end)

    it("gives what solving gives, in the cases' order, parameters beside results", function()
        local inst = published()
        local rows = assert(fl.sweep {
            axes = { deadline = { 4e-3, 7e-3 }, accuracy = { 0.8 }, method = { "exact", "fin:gamma=10" } },
            case = function(p)
                return inst:with { deadline = p.deadline, accuracy = p.accuracy }, { extra = 1 }
            end,
        }:run(QUIET))
        assert.equal(4, #rows.rows)
        local row = rows.rows[4]
        assert.same({ "fin:gamma=10", 7e-3, 0.8, 1 }, { row.method, row.deadline, row.accuracy, row.extra })
        local result = inst:solve("fin", { gamma = 10 })
        for _, key in ipairs { "energy", "latency", "status", "bound" } do
            assert.equal(result[key], row[key])
        end
        assert.equal(result.accuracy, row.result_accuracy)
        assert.same(result.plan, row.plan)
        assert.equal("exact", rows.rows[1].method)
        assert.matches("^| deadline |", rows:pivot({ rows = "deadline", columns = "method" }):markdown())
    end)

    it("gives the same rows with two workers as with one, in the store's file too", function()
        local inst = published()
        local function sweep(store)
            return fl.sweep {
                store = folder .. "/" .. store, axes = { deadline = fl.range(3e-3, 15e-3, 1e-3) },
                run = function(p) return inst:with({ deadline = p.deadline }):solve("fin") end,
            }
        end
        local one, two = assert(sweep("one.db"):run(QUIET)), assert(sweep("two.db"):run(options { jobs = 2 }))
        assert.equal(13, #one.rows)
        assert.equal(timeless(one), timeless(two))
        assert.equal(timeless(fl.store(folder .. "/one.db"):rows()),
            timeless(fl.store(folder .. "/two.db"):rows()))
    end)

    it("passes seeds and time limits to the methods that take them", function()
        local asked = folder .. "/asked"
        local fake = {
            digest = function() return core.digest "{}" end,
            solve = function(_, method, given)
                note(asked, method .. " " .. assert(core.json(given)))
                return { status = "feasible" }
            end,
        }
        assert(fl.sweep {
            axes = { method = { "exact", "mcp", "milp:time_limit=5" } }, seeds = { 3 }, time_limit = 2,
            case = function() return fake end,
        }:run(QUIET))
        assert.same({ 'exact {"time_limit": 2}', "mcp {}", "milp:time_limit=5 {}" }, lines_of(asked))
    end)

    it("stores what cannot be run as error rows and goes on", function()
        local inst = published()
        local rows = assert(fl.sweep {
            axes = {
                what = { "raise", "nil", "none", "closed", "fine", "odd" }, method = { "exact", "nothing" },
            },
            case = function(p)
                if p.what == "raise" then error "broken" end
                if p.what == "nil" then return nil, "no such thing", "invalid" end
                if p.what == "none" then return nil end
                if p.what == "odd" then return 42 end
                local variant = inst:with { deadline = 7e-3 }
                if p.what == "closed" then variant:close() end
                return variant
            end,
        }:run(QUIET))
        assert.same({
            "error", "error", "invalid", "invalid", "skipped", "skipped", "error", "error", "optimal",
            "invalid", "error", "error",
        }, column(rows, "status"))
        assert.matches("sweep_spec.lua:%d+: broken", rows.rows[1].error)
        assert.equal("no such thing", rows.rows[3].error)
        assert.matches("the instance is closed", rows.rows[7].error)
        assert.matches('there is no "nothing"', rows.rows[10].error)
        assert.equal(9, rows.counts.failed)
    end)

    it("stores what run() cannot do as error rows", function()
        local rows = assert(fl.sweep {
            axes = { n = { 1, 2, 3, 4, 5 } },
            run = function(p)
                if p.n == 1 then return { x = 0 / 0 } end
                if p.n == 2 then return nil, "why" end
                if p.n == 3 then return 3 end
                if p.n == 4 then error({ "a table" }) end
                return { x = 2.5, list = { 1, 2 } }
            end,
        }:run(QUIET))
        assert.same({ "error", "error", "error", "error", "done" }, column(rows, "status"))
        assert.matches("cannot be stored: x: is not a number", rows.rows[1].error)
        assert.equal("why", rows.rows[2].error)
        assert.same({ 2.5, { 1, 2 } }, { rows.rows[5].x, rows.rows[5].list })
    end)

    it("does the same case once, and takes odd answers for what they are", function()
        local rows = assert(fl.sweep {
            axes = { n = { 1, 1, 2 } },
            run = function(p)
                if p.n == 2 then return { status = 7, seconds = 3 } end
                return nil, 5, { "no code" }
            end,
        }:run(options { jobs = 2 }))
        assert.same({ 1, 2 }, column(rows, "n"))
        assert.equal("5", rows.rows[1].error)
        assert.same({ "7", 3 }, { rows.rows[2].status, rows.rows[2].seconds })
        local odd = { digest = function() return core.digest "{}" end, solve = function() return "text" end }
        local sweep = fl.sweep { axes = { method = { "mcp" } }, case = function() return odd end }
        rows = assert(sweep:run(QUIET))
        assert.same({ "error" }, column(rows, "status"))
    end)

    it("survives workers that crash, and kills those that take too long", function()
        local rows = assert(fl.sweep {
            axes = { n = { 1, 2, 3, 4, 5 } }, time_limit = 3,
            run = function(p)
                if p.n == 2 then shell("kill -KILL $PPID") end
                if p.n == 3 then os.exit(7) end
                while p.n == 4 do end
                return { x = p.n }
            end,
        }:run(options { jobs = 2 }))
        assert.same({ "done", "crashed", "crashed", "timeout", "done" }, column(rows, "status"))
        assert.equal("the worker process ended: signal 9", rows.rows[2].error)
        assert.equal("the worker process ended: exit 7", rows.rows[3].error)
        assert.equal("killed after 3 s", rows.rows[4].error)
        assert.is_true(rows.rows[4].seconds < 12) -- a busy machine comes late
    end)

    it("leaves no worker behind", function()
        local sweep = fl.sweep { axes = { n = { 1, 2, 3 } }, run = function() return {} end }
        assert(sweep:run(options { jobs = 3 }))
        local stat <close> = io.open("/proc/self/stat")
        local child = "%d+ %((lua[^)]*)%) %a " .. stat:read("n") .. " "
        assert.is_nil(output_of("cat /proc/[0-9]*/stat 2>/dev/null"):match(child))
    end)
end)

describe("a store", function()
    local inst

    --- A sweep that notes each case it works on.
    local function counted(more)
        local description = {
            name = "counted", store = folder .. "/deep/er/counted.db",
            axes = { n = fl.range(1, 20) },
            run = function(p)
                note(folder .. "/worked", p.n)
                return { square = p.n * p.n }
            end,
        }
        for key, value in pairs(more or {}) do description[key] = value end
        return fl.sweep(description)
    end

    it("keeps what is done", function()
        local first = assert(counted():run(options { jobs = 2 }))
        local second = assert(counted():run(QUIET))
        assert.equal(20, #lines_of(folder .. "/worked"))
        assert.same({ 20, 0 }, { first.counts.done, first.counts.kept })
        assert.same({ 0, 20 }, { second.counts.done, second.counts.kept })
        assert.equal(first:csv(), second:csv())
        local counted_only = assert(counted():run(options { rows = false }))
        assert.same({ 0, 20 }, { #counted_only.rows, counted_only.counts.kept })
        local wider = assert(counted({ axes = { n = fl.range(0, 21) } }):run(QUIET))
        assert.same({ 2, 20 }, { wider.counts.done, wider.counts.kept })
        assert.equal(22, #wider.rows)
        assert.equal(0, wider.rows[1].square)
    end)

    it("has the rows of short cases while a long one runs, and that of a long one at once", function()
        local path = folder .. "/x.db"
        --- Seconds until the store has so many rows; nil: it never does.
        local function wait_for(rows)
            local start = core.clock()
            repeat
                local there = fl.store(path):sweeps()
                local cases = there and there.rows[1] and there.rows[1].cases or 0
                if cases >= rows then return core.clock() - start end
                core.poll({}, 0.01)
            until core.clock() - start > 30
        end
        local rows = assert(fl.sweep {
            store = path, axes = { n = fl.range(1, 8) },
            run = function(p)
                if p.n == 6 then return { waited = wait_for(5) } end -- the five before it
                if p.n == 7 then return { waited = wait_for(6) } end -- the sixth took its time
                return { waited = 0 }
            end,
        }:run(QUIET))
        for n = 1, 8 do assert.is_number(rows.rows[n].waited, "waited in vain: " .. n) end
    end)

    it("is waited for once by many short cases", function()
        local Crew = getmetatable(require "finlab.crew"({}, { order = {} }))
        local kept, groups, start = Crew.store, 0, core.clock()
        function Crew:store(rows)
            groups = groups + 1
            return kept(self, rows)
        end
        finally(function() Crew.store = kept end)
        local rows = assert(fl.sweep {
            store = folder .. "/x.db", axes = { n = fl.range(1, 3000) }, run = function() return {} end,
        }:run(options { jobs = 2 }))
        assert.equal(3000, #rows.rows)
        local most = 2 + (core.clock() - start) / 0.2
        assert.is_true(groups <= most, ("%d groups, at most %.1f expected"):format(groups, most))
    end)

    it("does all again without resume, and only the errors with retry", function()
        local broken = { run = function(p) return p.n > 3 and { square = 0 } or nil, "broken" end }
        assert.equal(3, assert(counted(broken):run(QUIET)).counts.failed)
        local kept = assert(counted():run(QUIET))
        assert.same({ 20, 3 }, { kept.counts.kept, kept.counts.failed })
        local mended = assert(counted():run(options { retry = true }))
        assert.same({ 3, 17, 0 }, { mended.counts.done, mended.counts.kept, mended.counts.failed })
        assert.same({ 1, 4, 9, 0 }, table.move(column(mended, "square"), 1, 4, 1, {}))
        local anew = assert(counted():run(options { resume = false }))
        assert.same({ 20, 16 }, { anew.counts.done, anew.rows[4].square })
    end)

    it("knows an instance that changed from one that did not", function()
        inst = published()
        local function run(base)
            return assert(fl.sweep {
                store = folder .. "/x.db", axes = { method = { "exact", "fin:gamma=10,engine=native" } },
                case = function() return base end,
            }:run(QUIET))
        end
        assert.equal(2, run(inst).counts.done)
        assert.equal(2, run(published()).counts.kept)
        local other = run(inst:with { deadline = 8e-3 })
        assert.same({ 2, 2 }, { other.counts.done, #other.rows })
        assert.equal(4, #assert(fl.store(folder .. "/x.db"):rows()).rows)
        local swapped = fl.sweep {
            store = folder .. "/x.db", axes = { method = { "fin:engine=native,gamma=10.0" } },
            case = function() return inst end,
        }
        assert.equal(1, assert(swapped:run(QUIET)).counts.kept)
    end)

    it("keeps cases that crashed or took too long, whether before or after there was an instance", function()
        local calls = folder .. "/calls"
        local hanging = {
            digest = function() return core.digest "{}" end,
            solve = function() while true do end end,
        }
        local sweep = fl.sweep {
            store = folder .. "/x.db", axes = { n = { 1, 2 }, method = { "mcp" } }, time_limit = 3,
            case = function(p)
                note(calls, p.n)
                if p.n == 1 then os.exit(1) end
                return hanging
            end,
        }
        local rows = assert(sweep:run(QUIET))
        assert.same({ "crashed", "timeout" }, column(rows, "status"))
        local again = assert(sweep:run(QUIET))
        assert.same({ 2, 2, 0 }, { again.counts.kept, again.counts.failed, again.counts.done })
        assert.equal(rows:csv(), again:csv())
        assert.same({ "1", "2", "2" }, lines_of(calls)) -- the second is known by its instance
        local stored = assert(fl.store(folder .. "/x.db"):rows { origin = true }):sort("n").rows
        assert.is_nil(stored[1].key:match(core.digest "{}"))
        assert.is_truthy(stored[2].key:match(core.digest "{}"))
    end)

    it("does what the manuals' scripts say", function()
        local function first_script(path, from)
            return read(path):match("```lua\n(.-)```", from and read(path):find(from, 1, true))
        end
        local instance = first_script "README.md":match("^(.-)local opt = ")
        local scripts = {
            { instance .. first_script("README.md", "## A sweep"), "savings.md" },
            { first_script "lua/LAB.md", "savings.md" },
        }
        assert(published():write(folder .. "/alexnet.json"))
        for _, script in ipairs(scripts) do
            write(folder .. "/script.lua", script[1])
            assert(shell("cd '%s' && '%s' script.lua 2>/dev/null >said", folder, program))
            local written = read(folder .. "/out/" .. script[2])
            assert.equal(15, select(2, written:gsub("\n", "")))
            assert.matches("^| deadline | +exact | fin:gamma=30 | +mcp |\n", written)
            assert.equal(13 * 16 * 3, #assert(fl.store(folder .. "/out/savings.db"):rows()).rows)
        end
    end)

    it("says where each row is from", function()
        inst = published()
        assert(fl.sweep {
            name = "s", store = folder .. "/x.db", axes = { x = { 0.1 }, method = { "mcp" } },
            case = function() return inst end,
        }:run(QUIET))
        local row = assert(fl.store(folder .. "/x.db"):rows { origin = true, sweep = "s" }).rows[1]
        assert.equal(core.digest(inst:json()), row.instance)
        assert.equal('{"method": "mcp", "options": {}, "parameters": {"x": 0.10000000000000001}} '
            .. row.instance, row.key)
        assert.same({ "s", fl.version }, { row.sweep, row.version })
        assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$", row.finished)
        assert.equal(0, #assert(fl.store(folder .. "/x.db"):rows { sweep = "t" }).rows)
        assert.equal("sweep,cases,errors\ns,1,0\n", assert(fl.store(folder .. "/x.db"):sweeps()):csv())
    end)

    it("takes shares and is whole again after a merge", function()
        local whole = timeless(assert(counted():run(QUIET)))
        local paths, seen = {}, 0
        for k = 1, 3 do
            seen = seen + #assert(counted():run(options { shard = k .. "/3" })).rows
            paths[k] = ("%s/deep/er/counted.%d-of-3.db"):format(folder, k)
        end
        assert.equal(20, seen)
        local out = fl.store(folder .. "/merged.db")
        assert.same({ 20, 0 }, { out:merge(table.unpack(paths)) })
        assert.same({ 0, 20 }, { out:merge(table.unpack(paths)) })
        assert.equal(whole, timeless(assert(out:rows())))
        local code = select(3, shell("'%s' merge %s/cli.db '%s' >%s/said", program, folder,
            table.concat(paths, "' '"), folder))
        assert.equal(0, code)
        assert.matches("20 rows", read(folder .. "/said"))
        assert.equal(timeless(assert(out:rows())), timeless(assert(fl.store(folder .. "/cli.db"):rows())))
        local said = output_of("'%s' rows %s/cli.db", program, folder)
        assert.equal("sweep    cases  errors\ncounted     20       0\n", said)
        said = output_of("'%s' rows %s/cli.db --sweep counted", program, folder)
        assert.matches("^ n +seconds +square +status\n 1 .*\n19 [^\n]+\n20 [^\n]+\n$", said)
        assert(shell("'%s' rows %s/cli.db -o %s/cli.csv", program, folder, folder))
        assert.equal(assert(out:rows()):csv(), read(folder .. "/cli.csv"))
    end)

    it("prefers results to errors in a merge, and what is there to what is new", function()
        local function make(name, run)
            local path = folder .. "/" .. name
            assert(counted({ axes = { n = { 1 } }, store = path, run = run }):run(QUIET))
            return path
        end
        local bad = make("bad.db", function() error "bad" end)
        local good = make("good.db", function() return { square = 1 } end)
        local better = make("better.db", function() return { square = 2 } end)
        local out = fl.store(folder .. "/out.db")
        assert.same({ 2, 0 }, { out:merge(bad, good) })
        assert.same({ 0, 2 }, { out:merge(better, bad) })
        assert.equal(1, out:rows().rows[1].square)
    end)

    it("takes the share of a task in a Slurm array", function()
        local script = folder .. "/slurm.lua"
        write(script, ([[
            local fl = require "finlab"
            local rows = assert(fl.sweep {
                store = %q, axes = { n = fl.range(1, 20) }, run = function(p) return { m = p.n } end,
            }:run { progress = false })
            print(#rows.rows)
        ]]):format(folder .. "/slurm.db"))
        local sum = 0
        for task = 10, 12 do
            sum = sum + tonumber(output_of("SLURM_ARRAY_TASK_ID=%d SLURM_ARRAY_TASK_MIN=10 "
                .. "SLURM_ARRAY_TASK_COUNT=3 '%s' %s", task, program, script))
            assert.is_truthy(read(("%s/slurm.%d-of-3.db"):format(folder, task - 9)))
        end
        assert.equal(20, sum)
    end)

    it("may be made by several processes at once", function()
        local store = require "finlab.store"
        for round = 1, 60 do
            local path = ("%s/%d.db"):format(folder, round)
            local channels, start = {}, core.clock() + 2e-3
            for i = 1, 3 do
                channels[i] = assert(core.spawn(function(parent)
                    while core.clock() < start do end
                    parent:send(store.create(path, "create"))
                end, channels))
            end
            for _, channel in ipairs(channels) do
                local messages = channel:receive()
                assert.same({ true }, messages[1])
                channel:finish()
            end
        end
    end)

    it("serves two sweeps at once, none of whose rows is lost or doubled", function()
        local script = folder .. "/two.lua"
        write(script, ([[
            local fl = require "finlab"
            assert(fl.sweep {
                store = %q, axes = { n = fl.range(1, 150) }, run = function(p) return { m = p.n } end,
            }:run { progress = false, jobs = 2 })
        ]]):format(folder .. "/two.db"))
        assert(shell("'%s' %s & '%s' %s; e=$?; wait $! && exit $e", program, script, program, script))
        local rows = assert(fl.store(folder .. "/two.db"):rows()):sort("n")
        assert.equal(150, #rows.rows)
        for n, row in ipairs(rows.rows) do assert.same({ n, n }, { row.n, row.m }) end
        local db <close> = assert(core.database(folder .. "/two.db", "read"))
        local check <close> = assert(db:prepare "PRAGMA integrity_check")
        check:step()
        assert.equal("ok", (check:row()))
    end)

    it("stops on Ctrl-C with what is done", function()
        local script = folder .. "/interrupted.lua"
        write(script, ([[
            local fl = require "finlab"
            local pid = io.open("/proc/self/stat"):read("n")
            print(fl.sweep({
                store = %q, axes = { n = { 1, 2, 3 } },
                run = function(p)
                    if p.n == 2 then os.execute("kill -INT " .. pid) end
                    while p.n == 2 do end
                    return { m = p.n }
                end,
            }):run { progress = false })
        ]]):format(folder .. "/interrupted.db"))
        local said = output_of("'%s' %s", program, script)
        assert.equal("nil\tinterrupted: 1 of 3 cases are done and kept\tinterrupted\n", said)
        assert.equal(1, #assert(fl.store(folder .. "/interrupted.db"):rows()).rows)
    end)

    it("says so when there is no file, or another one", function()
        assert.equal("io", (select(3, fl.store(folder .. "/none.db"):rows())))
        assert.is_nil(read(folder .. "/none.db"))
        write(folder .. "/text.db", ("no database "):rep(100))
        assert.equal("invalid", (select(3, fl.store(folder .. "/text.db"):rows())))
        local rows, message, code = counted({ store = folder .. "/text.db" }):run(QUIET)
        assert.same({ nil, "invalid" }, { rows, code })
        assert.matches("text.db: file is not a database", message)
        local db = assert(core.database(folder .. "/alien.db", "create"))
        assert(db:exec "CREATE TABLE t (x)")
        db:close()
        message = select(2, counted({ store = folder .. "/alien.db" }):run(QUIET))
        assert.matches("alien.db: is no store of finlab", message)
        assert.matches("is no store", (select(2, fl.store(folder .. "/alien.db"):rows())))
        assert(counted():run(QUIET))
        db = assert(core.database(folder .. "/deep/er/counted.db", "write"))
        assert(db:exec "PRAGMA user_version = 2")
        db:close()
        assert.matches("store of version 2", (select(2, counted():run(QUIET))))
        assert.has_error(function() fl.store(3) end)
    end)

    it("is an error when its folder cannot be written or vanishes", function()
        write(folder .. "/file", "")
        assert.equal("io", (select(3, counted({ store = folder .. "/file/x.db" }):run(QUIET))))
        local rows, message, code = counted({
            run = function(p)
                if p.n == 5 then shell("rm -r '%s/deep'", folder) end
                return {}
            end,
        }):run(QUIET)
        assert.same({ nil, "io" }, { rows, code })
        assert.is_truthy(message:match "counted.db: was removed or renamed meanwhile" -- or that before the
            or message:match "counted.db: unable to open database file", message)       -- first look at it
    end)

    it("can be read but not written when it is read-only", function()
        local disk, root = folder .. "/deep", tonumber(output_of "id -u") == 0
        assert(core.folder(disk))
        if root and not shell("mount -t tmpfs -o size=1m none '%s' 2>/dev/null", disk) then
            return pending("root may write everywhere, and nothing can be mounted here")
        end
        assert(counted():run(QUIET))
        if root then shell("mount -o remount,ro '%s'", disk) else shell("chmod -R a-w '%s'", disk) end
        local rows = fl.store(folder .. "/deep/er/counted.db"):rows()
        local _, _, code = counted():run(options { resume = false })
        if root then shell("umount '%s'", disk) else shell("chmod -R u+w '%s'", disk) end
        assert.equal(20, #rows.rows)
        assert.equal("io", code)
    end)

    it("is an error, and stays whole, where a file may not grow", function()
        local script = folder .. "/limited.lua"
        write(script, ([[
            local fl = require "finlab"
            print(fl.sweep({
                store = %q, axes = { n = fl.range(1, 200) },
                run = function() return { text = ("x"):rep(2000) } end,
            }):run { progress = false, jobs = 2 })
        ]]):format(folder .. "/limited.db"))
        local said = output_of("ulimit -f 64; '%s' %s", program, script)
        assert.matches("^nil\t.*limited.db: .*\tio\n$", said)
        local rows = assert(fl.store(folder .. "/limited.db"):rows())
        assert.is_true(#rows.rows > 5 and #rows.rows < 60)
        assert.not_matches("^nil", output_of("'%s' %s", program, script))
        assert.equal(200, #assert(fl.store(folder .. "/limited.db"):rows()).rows)
    end)

    it("is an error, and stays whole, on a full disk", function()
        local disk = folder .. "/disk"
        assert(core.folder(disk))
        if not shell("mount -t tmpfs -o size=256k none '%s' 2>/dev/null", disk) then
            return pending("no small file system can be mounted here")
        end
        local rows, message, code = fl.sweep({
            store = disk .. "/full.db", axes = { n = fl.range(1, 200) },
            run = function() return { text = ("x"):rep(5000) } end,
        }):run(options { jobs = 2 })
        local stored = fl.store(disk .. "/full.db"):rows()
        shell("umount '%s'", disk)
        assert.same({ nil, "io" }, { rows, code })
        assert.matches("full.db: database or disk is full", message)
        assert.is_true(#stored.rows > 3 and #stored.rows < 60)
    end)
end)

describe("finlab.core.database", function()
    it("binds every kind of value and gives it back exactly", function()
        local db <close> = assert(core.database(folder .. "/x.db", "create"))
        assert(db:exec "CREATE TABLE t (a, b, c, d, e)")
        local insert <close> = assert(db:prepare "INSERT INTO t VALUES (?, ?, ?, ?, ?)")
        assert(insert:bind(1 << 53 | 1, 0.1 + 0.2, "'; DROP TABLE t; --", nil, true))
        assert.is_false(insert:step())
        local query <close> = assert(db:prepare "SELECT * FROM t")
        assert.is_true(query:step())
        assert.same({ 1 << 53 | 1, 0.1 + 0.2, "'; DROP TABLE t; --", nil, 1 }, { query:row() })
        assert.is_false(query:step())
    end)

    it("answers failures and raises for wrong use", function()
        local db = assert(core.database(folder .. "/x.db", "create"))
        assert.matches('near "NONSENSE"', (select(2, db:exec "NONSENSE")))
        assert.equal("internal", (select(3, db:prepare "SELECT * FROM missing")))
        local statement = assert(db:prepare "SELECT ?")
        assert.has_error(function() statement:bind() end)
        assert.has_error(function() statement:bind(1, 2) end)
        assert.has_error(function() statement:bind(print) end)
        db:close()
        assert.has_error(function() db:exec "SELECT 1" end)
        assert(statement:bind(1))
        assert.is_true(statement:step()) -- the statement keeps what it needs
        statement:close()
        statement:close()
        assert.has_error(function() statement:step() end)
        assert.equal("io", (select(3, core.database("/nowhere/x.db", "create"))))
        assert.equal("io", (select(3, core.database(folder .. "/none.db", "write"))))
    end)

    it("runs what answers no rows, and says how many it changed", function()
        local db <close> = assert(core.database(folder .. "/x.db", "create"))
        assert(db:exec "CREATE TABLE t (a UNIQUE)")
        local insert <close> = assert(db:prepare "INSERT INTO t VALUES (?) ON CONFLICT DO NOTHING")
        assert.same({ 1, 1, 0 }, { insert:run(1), insert:run "x", insert:run(1) })
        assert.has_error(function() insert:run() end)
        assert.has_error(function() insert:run(print) end)
        local double <close> = assert(db:prepare "INSERT INTO t VALUES (?)")
        assert.equal("internal", (select(3, double:run(1))))
        assert.equal(1, double:run(2))
    end)

    it("is let go of by the collector in any order", function()
        for _ = 1, 50 do
            local db = assert(core.database(folder .. "/x.db", "create"))
            assert(db:prepare "SELECT 1"):step()
            db = nil -- luacheck: ignore 311
            collectgarbage()
        end
    end)
end)

describe("finlab.core.spawn", function()
    --- All that a worker sends, and how it ends.
    local function messages_of(work)
        local channel, all, ended = assert(core.spawn(work, {})), {}, false
        while not ended do
            local messages
            messages, ended = channel:receive()
            table.move(messages, 1, #messages, #all + 1, all)
        end
        return all, channel:finish(), channel
    end

    it("carries whole messages of plain values", function()
        local long = ("b"):rep(3000000)
        local messages, how, channel = messages_of(function(parent)
            parent:send()
            parent:send(nil, true, false, 1 << 53 | 1, 0.1 + 0.2, "c d\n\0e", nil)
            parent:send(long)
            for i = 1, 5000 do parent:send(i, tostring(i)) end
        end)
        assert.equal("exit 0", how)
        assert.equal(5003, #messages)
        assert.same({}, messages[1])
        assert.same({ nil, true, false, 1 << 53 | 1, 0.1 + 0.2, "c d\n\0e" }, messages[2])
        assert.equal("integer", math.type(messages[2][4]))
        assert.is_true(messages[3][1] == long)
        for i = 1, 5000 do assert.same({ i, tostring(i) }, messages[i + 3]) end
        assert.is_nil(channel:finish())
        assert.has_error(function() channel:receive() end)
    end)

    it("keeps what was sent before the worker was killed, and no half of a message", function()
        local messages, how = messages_of(function(parent)
            parent:send "whole"
            shell("(sleep 0.3; kill -9 %d) &", io.open("/proc/self/stat"):read("n"))
            parent:send(("x"):rep(1 << 28))
            while true do end
        end)
        assert.equal("signal 9", how)
        assert.same({ "whole" }, messages[1])
        assert.is_true(#messages == 1 or #messages[2][1] == 1 << 28)
    end)

    it("sends plain values only", function()
        local messages = messages_of(function(parent)
            parent:hold "held"
            parent:send(pcall(parent.send, parent, "a", {}))
        end)
        assert.same({ "held" }, messages[1])
        assert.is_false(messages[2][1])
        assert.matches("string expected, got table", messages[2][2])
    end)

    it("tells how a worker ended", function()
        local function ending(f) return (select(2, messages_of(f))) end
        assert.equal("exit 3", ending(function() os.exit(3) end))
        assert.equal("signal 9", ending(function() shell("kill -9 $PPID") end))
        local idle = assert(core.spawn(function() while true do end end, {}))
        assert.equal("signal 9", idle:finish(true))
    end)

    it("gives every ticket to one worker", function()
        local tickets, channels, seen = assert(core.tickets(3000)), {}, 0
        for i = 1, 3 do
            channels[i] = assert(core.spawn(function(parent)
                for ticket in tickets.take, tickets do parent:send(ticket) end
            end, channels))
        end
        local taken = {}
        for _, channel in ipairs(channels) do
            local ended, messages
            repeat
                messages, ended = channel:receive()
                for _, message in ipairs(messages) do
                    assert.is_nil(taken[message[1]])
                    taken[message[1]], seen = true, seen + 1
                end
            until ended
            channel:finish()
        end
        assert.same({ 3000, 3000 }, { seen, #taken })
        assert.same({ 0, nil }, { tickets:left(), tickets:take() })
    end)
end)
