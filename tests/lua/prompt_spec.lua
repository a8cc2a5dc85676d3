-- SPDX-License-Identifier: GPL-3.0-or-later
-- The interactive prompt, fed through a pipe; prompts and banner need a keyboard and are absent there.
local scripts = dofile("tests/lua/script.lua")
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")
local read = scripts.take

--- What the prompt prints, on standard output and standard error, and its exit code. `feed`: shell commands
--- whose output is typed.
local function feed(commands)
    local out, err = os.tmpname(), os.tmpname()
    local _, how, code = os.execute(("(%s) | '%s' -i >%s 2>%s"):format(commands, program, out, err))
    return read(out), read(err), how .. " " .. code
end

local function typed(lines)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(lines)
    file:close()
    local out, err, ended = feed("cat " .. path)
    os.remove(path)
    return out, err, ended
end

local INSTANCE = [[
inst = fl.instance { system = { nodes = { { name = "phone", speed = 1e9, power = 2 } } }, apps = { {
  source = "phone", deadline = 1, blocks = { { ops = 1e8 } }, exits = { { after = 1, accuracy = 0.9 } } } } }
]]

describe("the prompt", function()
    it("prints what expressions answer, and ends with 0 at the end of the input", function()
        local out, err, ended = typed('1 + 1\n"a\\nb"\n1, nil, 2.5, true\nfl.version\n')
        assert.equal('2\n"a\\nb"\n1\nnil\n2.5\ntrue\n"' .. require("finlab").version .. '"\n', out)
        assert.equal("", err)
        assert.equal("exit 0", ended)
    end)

    it("keeps globals, and the last answer as _", function()
        assert.equal("42\n84\n", (typed "x = 42\nx\n_ * 2\n"))
    end)

    it("reads on when a line is not the end", function()
        assert.equal("6\n3\n4\n", (typed "1 +\n2 +\n3\nfor i = 3, 4 do\nprint(i)\nend\n"))
        local _, err = typed "1 +\n"
        assert.matches("^prompt:1: ", err)
    end)

    it("goes on after errors, which it shows", function()
        local out, err, ended = typed 'error "oops"\nnonsense nonsense\nx.y\nerror { }\n"still here"\n'
        assert.equal('"still here"\n', out)
        local said = "^prompt:1: oops\nprompt:1: syntax error near 'nonsense'\nprompt:1: attempt to index"
        assert.matches(said, err)
        assert.equal("exit 0", ended)
    end)

    it("shows failures as one line", function()
        local out = typed 'fl.load "/nowhere/x.json"\n'
        assert.equal("nil: /nowhere/x.json: cannot open: No such file or directory (io)\n", out)
    end)

    it("shows results, verdicts, frontiers and methods as the program does", function()
        local out = typed(INSTANCE .. 'inst:solve "exact"\ninst:evaluate(_)\ninst:frontier()\nfl.methods()\n')
        assert.matches("method +exact\nstatus +optimal %(done%)\nenergy +200 mJ per inference\n", out)
        assert.matches("latency +100 ms\naccuracy +90 %%\n", out)
        assert.matches("app1 +1 +phone\n", out)
        assert.matches("verdict +feasible\n", out)
        assert.matches("latency %(ms%) +energy %(mJ%) +accuracy %(%%%) +exit +nodes\n", out)
        assert.matches("\nfin +bound +feasible", out)
    end)

    it("shows tables with their members, to a depth and a length", function()
        local out = typed [[
            { 1, "two", { x = 3, [true] = 4 }, name = "n", ["a b"] = {} }
            { a = { b = { c = { d = { e = 5 } } } } }
            t = {}; t.t = t
            t
            fl.range(1, 100)
            fl.table { { a = 1 } }
        ]]
        assert.equal([[
{ 1, "two", { [true] = 4, x = 3 }, ["a b"] = {}, name = "n" }
{ a = { b = { c = { d = { ... } } } } }
{ t = { itself } }
{
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
  28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, ... 60 more
}
a
1
]], out)
    end)

    it("shows what has no order of its own in one", function()
        local out = typed('{ ' .. 'beta = 1, alpha = 2, gamma = 3 }\n')
        assert.equal("{ alpha = 2, beta = 1, gamma = 3 }\n", out)
    end)

    it("leaves with the code that a script would", function()
        assert.equal("exit 7", select(3, typed "os.exit(7)\n"))
    end)
end)

describe("Ctrl-C at the prompt", function()
    local PID = 'pid = io.open("/proc/self/stat"):read("n")\n'
        .. 'function interrupt(after) io.popen(("sleep %g; kill -INT %d"):format(after, pid)) end\n'
        .. 'long = fl.generate { seed = 1, blocks = 50, nodes = 30, plain = true, tight = "tight" }\n'

    it("ends a solve, whose answer is printed, again and again", function()
        local out, err, ended = typed(PID .. [[
interrupt(0.3)
long:solve("milp").stop
interrupt(0.3)
long:solve("milp").stop
"still here"
]])
        out = out:gsub("file %([^\n]*\n", "")
        assert.equal('"interrupted"\n"interrupted"\n"still here"\n', out)
        assert.equal("", err)
        assert.equal("exit 0", ended)
    end)

    it("ends Lua that runs for ever", function()
        local out, err, ended = typed(PID .. 'interrupt(0.3)\nwhile true do end\n"still here"\n')
        assert.matches('"still here"\n$', out)
        assert.equal("interrupted\n", err)
        assert.equal("exit 0", ended)
    end)

    it("ends a loop of solves when it comes again", function()
        local out, err, ended = typed(PID .. [[
interrupt(0.3); interrupt(1.0)
while true do print(long:solve("milp").stop) end
"still here"
]])
        assert.matches('interrupted\n"still here"\n$', out)
        assert.equal("interrupted\n", err)
        assert.equal("exit 0", ended)
    end)

    it("gives up the line that is being read", function()
        local out, _, ended = feed([[
            printf 'pid = io.open("/proc/self/stat"):read("n")\n'
            printf 'for i = 1, 1 do io.popen("sleep 0.3; kill -INT " .. pid) end\nfor i = 1, 2 do\n'
            sleep 1; printf '"still here"\n'
        ]])
        assert.equal('"still here"\n', out)
        assert.equal("exit 0", ended)
    end)
end)
