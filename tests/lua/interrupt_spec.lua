-- SPDX-License-Identifier: GPL-3.0-or-later
-- Ctrl-C during and between solves, in scripts that send it to themselves.
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")

local PREPARE = [[
local fl = require "finlab"
local pid = io.open("/proc/self/stat"):read("n")
local long = assert(fl.generate { seed = 1, blocks = 50, nodes = 30, plain = true, tight = "tight" })
local function solve_long() return assert(long:solve "milp") end
local function send(commands) io.popen((commands:gsub("INT", "kill -INT " .. pid))) end
io.stdout:setvbuf "no"
]]

--- Run a script; its output and how it ended: "exit 0", or "signal 2" (which a shell turns into "exit 130").
local function run(script)
    local path, out = os.tmpname(), os.tmpname()
    os.rename(path, path .. ".lua")
    local file = assert(io.open(path .. ".lua", "w"))
    file:write(PREPARE, script)
    file:close()
    local _, how, code = os.execute(("'%s' %s.lua >%s"):format(program, path, out))
    local text = assert(io.open(out)):read("a")
    os.remove(path .. ".lua")
    os.remove(out)
    return text, code == 130 and "signal 2" or how .. " " .. code
end

describe("Ctrl-C", function()
    it("ends a solve, which answers with what it has", function()
        local out, ended = run [[
            send "sleep 0.3; INT"
            local result = solve_long()
            print(result.stop, result.seconds < 10)
        ]]
        assert.equal("interrupted\ttrue\n", out)
        assert.equal("exit 0", ended)
    end)

    it("ends the program when it comes again soon, even in another solve", function()
        local out, ended = run [[
            send "sleep 0.3; INT"
            print(solve_long().stop)
            send "sleep 0.3; INT"
            solve_long()
            print "survived"
        ]]
        assert.equal("interrupted\n", out)
        assert.equal("signal 2", ended)
    end)

    it("is the host's business again after a solve", function()
        local out, ended = run [[
            print(long:solve("cheapest").stop)
            send "sleep 0.3; INT"
            while true do end
        ]]
        assert.equal("done\n", out)
        assert.equal("signal 2", ended)
    end)

    it("ends later solves again once some time has passed", function()
        local out, ended = run [[
            send "sleep 0.3; INT"
            print(solve_long().stop)
            local start = fl.clock()
            while fl.clock() - start < 2.5 do end
            send "sleep 0.3; INT"
            print(solve_long().stop)
        ]]
        assert.equal("interrupted\ninterrupted\n", out)
        assert.equal("exit 0", ended)
    end)
end)
