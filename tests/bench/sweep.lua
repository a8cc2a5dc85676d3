-- SPDX-License-Identifier: GPL-3.0-or-later
-- How many cases a sweep does per second, its store on the disk: 100,000 cases of B-AlexNet, each an instance
-- of its own, by FIN and by the exact method in turns.
--
--     finlab tests/bench/sweep.lua [CASES] [JOBS] [STORE]
--
-- CPU time is that of all processes of the run, user and system, so cases per second of CPU time are cases
-- per second and core. Linux only: the times are read from /proc.

local fl = require "finlab"

local cases = math.tointeger(arg[1] or 100000)
local jobs = math.tointeger(arg[2] or 1)
local path = arg[3] or "out/bench-sweep.db"

--- Seconds of CPU time of this process and of the workers that have ended.
local function cpu()
    local file <close> = assert(io.open "/proc/self/stat")
    local fields = {}
    for field in file:read("a"):match("%) (.*)$"):gmatch("%S+") do
        table.insert(fields, tonumber(field) or field)
    end
    return (fields[12] + fields[13] + fields[14] + fields[15]) / 100
end

local function measure(what, f)
    collectgarbage()
    local wall, busy = fl.clock(), cpu()
    local answer = f()
    wall, busy = fl.clock() - wall, cpu() - busy
    return answer, { what = what, wall = wall, cpu = busy, pace = cases / wall, rate = cases / busy }
end

local inst = assert(fl.instance {
    system = fl.systems.three_tier { links = "receiver" },
    apps = { { model = fl.models.b_alexnet "cifar10", source = "mobile", deadline = 7e-3, accuracy = 0.8 } },
})
local sweep = fl.sweep {
    store = path,
    axes = {
        deadline = fl.range(3e-3, 15e-3, 12e-3 / (cases // 4 - 1)), accuracy = { 0.7, 0.8 },
        method = { "fin:gamma=30", "exact" },
    },
    case = function(p) return inst:with { deadline = p.deadline, accuracy = p.accuracy } end,
}

os.remove(path)
local first, new = measure("all new", function()
    return assert(sweep:run { jobs = jobs, rows = false, progress = false })
end)
assert(first.counts.done == cases)
local second, again = measure("all there already", function()
    return assert(sweep:run { jobs = jobs, rows = false, progress = false })
end)
assert(second.counts.kept == cases)
local rows, read = measure("reading the rows", function() return assert(fl.store(path):rows()) end)
assert(#rows.rows == cases)

print(fl.table({ new, again, read }, {
    { key = "what", title = ("%d cases, %d worker%s"):format(cases, jobs, jobs == 1 and "" or "s") },
    { key = "wall", title = "wall, s", format = "%.2f" }, { key = "cpu", title = "CPU, s", format = "%.2f" },
    { key = "pace", title = "cases/s", format = "%.0f" },
    { key = "rate", title = "cases/s of CPU time", format = "%.0f" },
}):markdown())
