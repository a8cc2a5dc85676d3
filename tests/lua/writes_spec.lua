-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every writer when a write fails: each call in turn, a full device, a full disk, a file that may not grow.
-- What was there stays whole, the exit code says so, the message names the file.
require "finlab"
local core = require "finlab.core"
local script = require "tests.lua.script"
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")
local failing = os.getenv("FAILING_WRITES") -- a sanitizer wants to be loaded before it, so there is none then

local ENOSPC, EIO = 28, 5
-- One call or all from it on, for want of room or by a broken device: two of the four, FINLAB_TRIALS: all.
local VARIANTS = os.getenv "FINLAB_TRIALS" and { 0, 1, 2, 3 } or { 0, 3 }

local folder

local function shell(format, ...)
    return os.execute(format:format(...))
end

local function write(path, text)
    local file <close> = assert(io.open(path, "wb"))
    file:write(text)
end

local function read(path)
    local file <close> = assert(io.open(path, "rb"))
    return file:read("a")
end

--- The names of all files in the folder, in order.
local function files()
    local pipe <close> = io.popen(("cd '%s/out' && ls -A"):format(folder))
    return pipe:read("a")
end

--- Run the program with a shell prefix: exit code, what it complained.
local function finlab(prefix, arguments)
    local command = ("cd '%s' && %s '%s' %s >said 2>complained"):format(folder, prefix, program, arguments)
    local _, how, code = os.execute(command)
    return how == "exit" and code or how .. " " .. code, read(folder .. "/complained")
end

-- Every writer: its arguments, the file that it writes. Scripts for what is no word of the program.
local WRITERS = {
    { file = "a.json", "generate --seed 1 -o out/a.json" },
    { file = "a.lp", "emit in.json -o out/a.lp" },
    { file = "a.mps", "emit in.json -o out/a.mps" },
    { file = "a.glp", "emit in.json -o out/a.glp" },
    { file = "a.dot", "emit in.json -o out/a.dot --gamma 3" },
    { file = "a.graphml", "emit in.json -o out/a.graphml --gamma 3" },
    { file = "a.csv", "rows in.db -o out/a.csv" },
    { file = "a.md", "rows in.db -o out/a.md" },
    { file = "a.tex", "rows in.db -o out/a.tex" },
    { file = "b.json", "rows in.db -o out/b.json" },
    { file = "a.txt", "rows in.db -o out/a.txt" },
    { file = "a.html", "report in.db -o out/a.html" },
    { file = "a.svg", "picture.lua" },
}

local SCRIPTS = {
    ["picture.lua"] = [[
        local fl = require "finlab"
        local inst = assert(fl.load "in.json")
        local done, message, code = fl.picture(inst, inst:solve "exact"):write "out/a.svg"
        if not done then io.stderr:write(message, "\n") os.exit(code == "io" and 4 or 9) end]],
    ["plot.lua"] = [[
        local fl = require "finlab"
        local done, message, code = fl.plot {
            series = { { points = { { 1, 2 }, { 2, 3 } } } },
        }:write "out/plot.svg"
        if not done then io.stderr:write(message, "\n") os.exit(code == "io" and 4 or 9) end]],
    ["sweep.lua"] = [[
        local fl = require "finlab"
        local rows, message, code = fl.sweep {
            name = "s", store = "out/s.db", axes = { n = { 1, 2, 3 } },
            run = function(p) return { m = p.n } end,
        }:run { progress = false }
        if not rows then io.stderr:write(message, "\n") os.exit(code == "io" and 4 or 9) end
        print(rows:derive { seconds = function() return 0 end }:csv())]],
    ["in.lua"] = [[
        local fl = require "finlab"
        assert(fl.generate { seed = 3, plain = true, tight = "loose" }:write "in.json")
        assert(fl.sweep { name = "s", store = "in.db", axes = { n = { 1, 2 } },
            run = function(p) return { m = p.n } end }:run { progress = false })]],
}

setup(function()
    folder = script.temporary_folder()
    assert(core.folder(folder .. "/out"))
    for name, text in pairs(SCRIPTS) do write(folder .. "/" .. name, text) end
    assert.equal(0, (finlab("", "in.lua")))
end)

teardown(function() script.remove(folder) end)

before_each(function() shell("rm -rf '%s/out' && mkdir '%s/out'", folder, folder) end)

--- The n-th call fails, or all from it on, for want of room or by a broken device.
local function failing_at(n, variant)
    return ("FAIL_AT=%d FAIL_FROM=%d FAIL_WITH=%d LD_PRELOAD=%s"):format(n, variant % 2,
        variant < 2 and ENOSPC or EIO, failing)
end

--- What was written, but for the minute in which it was.
local function timeless(text)
    return (text:gsub("%d+%-%d+%-%d+ %d+:%d+ UTC", "now"))
end

--- How many writing calls a command makes, and what it writes when none fails.
local function count_calls(arguments, file)
    os.remove(folder .. "/count")
    local code, complained = finlab(("FAIL_COUNT=%s/count LD_PRELOAD=%s"):format(folder, failing), arguments)
    assert.equal(0, code, complained)
    local calls = 0
    for line in io.lines(folder .. "/count") do calls = calls + tonumber(line) end
    return calls, file and read(folder .. "/out/" .. file)
end

describe("when the n-th write fails", function()
    it("every writer says so and leaves the old file or the new one, whole", function()
        if not failing then return pending("a sanitizer is in the way") end
        local tried = 0
        for _, writer in ipairs(WRITERS) do
            local arguments, path = writer[1], folder .. "/out/" .. writer.file
            local calls, new = count_calls(arguments, writer.file)
            assert.is_true(calls >= 4, arguments) -- make, write, sync, rename
            for n = 1, calls do
                for _, variant in ipairs(VARIANTS) do
                    write(path, "old\n")
                    local code, complained = finlab(failing_at(n, variant), arguments)
                    local what = ("%s, call %d of %d, variant %d: %s"):format(arguments, n, calls, variant,
                        complained)
                    assert.equal(4, code, what)
                    assert.is_truthy(complained:find(writer.file, 1, true), what)
                    assert.equal("old\n", read(path), what)
                    assert.equal(writer.file .. "\n", files(), what)
                    tried = tried + 1
                end
            end
            assert.equal(0, (finlab("", arguments)))
            assert.equal(timeless(new), timeless(read(path)))
            os.remove(path)
        end
        print(("# %d failing writes"):format(tried))
    end)

    it("a sweep is an error, keeps what it has, and goes on later", function()
        if not failing then return pending("a sanitizer is in the way") end
        local calls = count_calls("sweep.lua")
        local whole, tried = read(folder .. "/said"), 0
        for n = 1, calls do
            for _, variant in ipairs(VARIANTS) do
                shell("rm -f '%s'/out/*", folder)
                local code, complained = finlab(failing_at(n, variant), "sweep.lua")
                local what = ("call %d of %d, variant %d: %s"):format(n, calls, variant, complained)
                if code ~= 0 then
                    assert.equal(4, code, what)
                    assert.is_truthy(complained:find("s.db", 1, true), what)
                end
                assert.equal(0, (finlab("", "sweep.lua")), what)
                assert.equal(whole, read(folder .. "/said"), what)
                tried = tried + 1
            end
        end
        print(("# %d failing writes"):format(tried))
    end)
end)

describe("where nothing fits", function()
    it("a full device is an error for every writer, and for what is printed", function()
        for _, ending in ipairs { "json", "lp", "mps", "glp", "dot", "graphml" } do
            shell("ln -s /dev/full '%s/out/full.%s'", folder, ending)
            local code, complained = finlab("", "emit in.json -o out/full." .. ending)
            assert.equal(4, code)
            assert.is_truthy(complained:find("full." .. ending, 1, true), complained)
        end
        local _, _, code = shell("'%s' methods >/dev/full 2>/dev/null", program)
        assert.equal(4, code)
        _, _, code = shell("'%s' generate --seed 1 --blocks 50 --nodes 50 >/dev/full 2>/dev/null", program)
        assert.equal(4, code)
    end)

    it("a file that may not grow is an error, not the end", function()
        for _, arguments in ipairs { "emit large.json -o out/a.lp", "emit large.json -o out/a.json" } do
            assert.equal(0, (finlab("", "generate --seed 1 --blocks 30 --nodes 20 --plain -o large.json")))
            write(folder .. "/out/" .. arguments:match "a%.%w+", "old\n")
            local code, complained = finlab("ulimit -f 8;", arguments)
            assert.equal(4, code, complained)
            assert.is_truthy(complained:find("File too large", 1, true), complained)
            assert.equal("old\n", read(folder .. "/out/" .. arguments:match "a%.%w+"))
        end
    end)

    it("a full disk is an error for every writer, figures included, and the old file stays", function()
        if not shell("mount -t tmpfs -o size=64k none '%s/out' 2>/dev/null", folder) then
            return pending("no small file system can be mounted here")
        end
        finally(function() shell("umount '%s/out'", folder) end)
        local writers = { table.unpack(WRITERS) }
        local plot = { file = "plot.svg", "plot.lua" }
        if shell "command -v gnuplot >/dev/null" then table.insert(writers, plot) end
        for _, writer in ipairs(writers) do
            write(folder .. "/out/" .. writer.file, "old\n")
            shell("head -c 100000 /dev/zero >'%s/out/filler' 2>/dev/null", folder)
            local code, complained = finlab("", writer[1])
            assert.equal(4, code, writer[1] .. complained)
            assert.is_truthy(complained:find(writer.file, 1, true), complained)
            assert.equal("old\n", read(folder .. "/out/" .. writer.file))
            shell("rm -f '%s'/out/*", folder)
        end
    end)

    it("a folder that may not be written is an error that names the file", function()
        for _, writer in ipairs(WRITERS) do
            local code, complained = finlab("", (writer[1]:gsub("out/", "nowhere/")))
            if writer[1]:find("nowhere", 1, true) or not writer[1]:find ".lua" then
                assert.equal(4, code, writer[1])
                assert.is_truthy(complained:find("nowhere/" .. writer.file, 1, true), complained)
            end
        end
    end)
end)
