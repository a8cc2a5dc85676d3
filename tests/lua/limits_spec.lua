-- SPDX-License-Identifier: GPL-3.0-or-later
-- Limits of time, memory and nodes are kept, on instances that take much longer; what is known then is the
-- answer. FINLAB_TRIALS, whatever it is: ten seconds too.
local fl = require "finlab"
local script = dofile "tests/lua/script.lua"

local LIMITS = os.getenv "FINLAB_TRIALS" and { 0.1, 1, 10 } or { 0.1, 1 }

-- Solves, held to so many bytes, and prints by how many the most memory that the process ever had has grown.
local GROWTH = [[
local fl = require "finlab"
local function peak()
    for line in io.lines "/proc/self/status" do
        local kibibytes = line:match "^VmHWM:%%s*(%%d+)"
        if kibibytes then return 1024 * kibibytes end
    end
end
local inst = assert(fl.generate(%s))
local before = peak()
assert(inst:solve(%q, { memory = %d, time_limit = 5 }))
print(peak() - before)
]]

-- On what a method works for long: options of fl.generate().
local ONE = [[{ seed = 1, blocks = 60, nodes = 40, plain = true, tight = "tight" }]]
local MANY = [[{
    seed = 1, blocks = 12, nodes = 12, apps = 40, users = 10, binding = true, admission = true,
}]]
local HARD = { milp = ONE, exact = ONE, colgen = MANY }

--- These instances, by method.
local function hard()
    local instances = {}
    for method, options in pairs(HARD) do
        instances[method] = assert(fl.generate(load("return " .. options)()))
    end
    return instances
end

--- Whether a method has an option.
local function has(method, option)
    for _, each in ipairs(method.options) do
        if each.name == option then return true end
    end
    return false
end

describe("a limit", function()
    it("of time is kept by every method that has one", function()
        local instances, worst, tried = hard(), 0, 0
        for _, method in ipairs(fl.methods()) do
            if has(method, "time_limit") then
                local inst = instances[method.name] or instances.milp
                for _, limit in ipairs(LIMITS) do
                    local options = { time_limit = limit }
                    if has(method, "k") then options.k = 1000000 end
                    local result = assert(inst:solve(method.name, options))
                    local late = result.seconds - limit
                    assert.is_true(late < 5, ("%s, %g s: %g s over"):format(method.name, limit, late))
                    if instances[method.name] then assert.equal("time", result.stop, method.name) end
                    if result.bound and result.energy then
                        assert.is_true(result.bound <= result.energy * (1 + 1e-9))
                    end
                    worst, tried = math.max(worst, late), tried + 1
                end
            end
        end
        assert.is_true(tried >= 6)
        print(("# %.3f s over the limit at most, %d times"):format(worst, tried))
    end)

    it("of memory is kept by every method that has one, and what is known is the answer", function()
        local instances, tried = hard(), 0
        for _, method in ipairs(fl.methods()) do
            if has(method, "memory") then
                local inst = instances[method.name] or instances.milp
                for _, bytes in ipairs { 1e4, 1e6 } do
                    local options = { memory = bytes, time_limit = has(method, "time_limit") and 20 or nil }
                    if has(method, "k") then options.k = 1000000 end
                    local result = assert(inst:solve(method.name, options))
                    if instances[method.name] then assert.equal("memory", result.stop, method.name) end
                    assert.is_true(result.stop == "done" or result.status == "feasible"
                        or result.status == "unknown", result.status)
                    tried = tried + 1
                end
            end
        end
        assert.is_true(tried >= 4)
    end)

    it("of memory is what the process grows by, and little more", function()
        if os.getenv "ASAN_OPTIONS" then return pending "a sanitizer takes memory of its own" end
        local path, most = script.temporary_folder(), 0
        for method, instance in pairs(HARD) do
            for _, bytes in ipairs { 1e6, 4e7 } do
                local file <close> = assert(io.open(path, "w"))
                assert(file:write(GROWTH:format(instance, method, bytes)):flush())
                local code, grown = script.run(path, "")
                assert.equal(0, code)
                most = math.max(most, tonumber(grown) - bytes)
            end
        end
        os.remove(path)
        assert.is_true(most < 1.6e7, ("%g bytes more"):format(most))
    end)

    it("of nodes ends a search at the same place each time", function()
        local inst, found = hard().milp, {}
        for i = 1, 2 do
            found[i] = assert(inst:solve("milp", { nodes = 20 }))
            assert.equal("nodes", found[i].stop)
        end
        assert.same({ found[1].energy, found[1].bound, found[1].plan },
            { found[2].energy, found[2].bound, found[2].plan })
    end)
end)
