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

    it("is one signal when it comes twice at once, as `timeout` sends it", function()
        for _, signal in ipairs { "INT", "TERM" } do
            local out, ended
            for _ = 1, 3 do -- the shell may be kept waiting between the two, and then they are two
                out, ended = run(([[
                    local kill = "kill -%s " .. pid .. ";" -- a moment apart: two at once may come as one
                    local moment = "i=0; while [ $i -lt 500 ]; do i=$((i+1)); done;"
                    io.popen("sleep 0.3;" .. kill .. moment .. kill)
                    print(solve_long().stop)
                ]]):format(signal))
                if ended == "exit 0" then break end
            end
            assert.equal("interrupted\n", out)
            assert.equal("exit 0", ended)
        end
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

describe("SIGTERM", function()
    it("ends a solve and all later ones, which answer with what they have", function()
        local out, ended = run [[
            io.popen("sleep 0.3; kill -TERM " .. pid)
            for i = 1, 3 do print(solve_long().stop) end
        ]]
        assert.equal("interrupted\ninterrupted\ninterrupted\n", out)
        assert.equal("exit 0", ended)
    end)

    it("ends the program between solves, and when it comes again", function()
        local ended = select(2, run [[
            print(long:solve("cheapest").stop)
            io.popen("sleep 0.3; kill -TERM " .. pid)
            while true do end
        ]])
        assert.is_true(ended == "signal 15" or ended == "exit 143", ended)
        ended = select(2, run [[
            io.popen("sleep 0.3; kill -TERM " .. pid .. "; sleep 0.3; kill -TERM " .. pid)
            solve_long()
            while true do end
        ]])
        assert.is_true(ended == "signal 15" or ended == "exit 143", ended)
    end)

    it("ends a sweep, which keeps what is done", function()
        local store = os.tmpname()
        os.remove(store)
        local out, ended = run(([[
            print(fl.sweep({
                store = %q, axes = { n = { 1, 2, 3 } },
                run = function(p)
                    if p.n == 2 then os.execute("kill -TERM " .. pid) end
                    while p.n == 2 do end
                    return { m = p.n }
                end,
            }):run { progress = false })
        ]]):format(store))
        os.remove(store)
        assert.equal("nil\tinterrupted: 1 of 3 cases are done and kept\tinterrupted\n", out)
        assert.equal("exit 0", ended)
    end)
end)

-- Instances on which each of these works for long, by the method that does.
local LONG = {
    { "solve single.json --method milp" },
    { "solve single.json --method exact --option k=1000000" },
    { "solve single.json --method fin --option gamma=1500 --option engine=igraph" },
    { "solve several.json --method milp" },
    { "solve admission.json --method milp" },
    { "solve admission.json --method colgen" },
    { "explain several.json --method milp", silent = true },
}
for _, method in ipairs {
    "exact", "fin", "certify", "mcp", "cheapest", "fastest", "single", "larac", "greedy", "local",
    "annealing", "genetic", "neurosurgeon", "edgent", "scission", "mincut",
} do
    table.insert(LONG, { ("solve admission.json --method %s --option order=random --option restarts=1000000")
        :format(method) })
end

describe("Either signal at any moment", function()
    local folder

    lazy_setup(function()
        folder = os.tmpname()
        os.remove(folder)
        assert(os.execute("mkdir " .. folder))
        for name, options in pairs {
            single = "--seed 1 --blocks 60 --nodes 40 --plain --tight tight",
            several = "--seed 1 --blocks 12 --nodes 12 --apps 30 --users 5 --binding",
            admission = "--seed 1 --blocks 12 --nodes 12 --apps 40 --users 10 --binding --admission",
        } do
            assert(os.execute(("'%s' generate %s -o %s/%s.json"):format(program, options, folder, name)))
        end
    end)

    lazy_teardown(function() os.execute("rm -r " .. folder) end)

    it("makes every solver answer soon, with a bound or a plan or neither", function()
        local clock = require("finlab").clock
        local trials, seed = tonumber(os.getenv "FINLAB_TRIALS") or 1, 20240601
        local tried, worst, slowest = 0, 0, nil
        math.randomseed(seed)
        for _ = 1, trials do
            for _, case in ipairs(LONG) do
                for _, signal in ipairs { "INT", "TERM" } do
                    local after, late, out = 0.15 + 0.4 * math.random(), nil, ""
                    -- On a busy machine a signal may come before the solve has begun; then later.
                    for _ = 1, case.silent and 1 or 4 do
                        local start = clock()
                        local pipe = io.popen(("cd %s && timeout -s %s %.3f '%s' %s --json"):format(folder,
                            signal, after, program, case[1]))
                        out = pipe:read "a"
                        pipe:close()
                        late = clock() - start - after
                        if out ~= "" then break end
                        after = 2 * after
                    end
                    local what = ("%s, SIG%s after %.3f s: %.3f s late: %s"):format(case[1], signal,
                        after, late, out:sub(1, 200))
                    assert.is_true(late < 5, what)
                    if not case.silent then
                        assert.matches('^{"status": "[a-z]+", "stop": "[a-z]+"', out, what)
                        assert.is_truthy(out:find '"plan": %[' or out:find '"status": "unknown"'
                            or out:find '"status": "infeasible"', what)
                    end
                    tried = tried + 1
                    if late > worst then worst, slowest = late, case[1] end
                end
            end
        end
        print(("# %d signals, slowest answer after %.2f s (%s)"):format(tried, worst, slowest))
    end)
end)
