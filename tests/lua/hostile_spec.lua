-- SPDX-License-Identifier: GPL-3.0-or-later
-- Input that is not what it should be, by accident or on purpose: it is refused with the file and the place,
-- soon and in little memory, and never crashes. What any bytes do to the readers is tests/fuzz's.
local fl = require "finlab"
local core = require "finlab.core"
local script = require "tests.lua.script"
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")

local folder

local function write(path, text)
    local file <close> = assert(io.open(path, "wb"))
    file:write(text)
    return path
end

local function shell(format, ...)
    return os.execute(format:format(...))
end

--- Run the program in at most `megabytes` of memory: exit code, what it complained.
local function finlab(megabytes, format, ...)
    local complained = folder .. "/complained"
    -- A sanitizer reserves more address space than any limit allows.
    local limit = (os.getenv "ASAN_OPTIONS" and "" or "ulimit -v %d;"):format(megabytes * 1024)
    local _, how, code = os.execute(("%s timeout 20 '%s' %s >/dev/null 2>%s"):format(limit, program,
        format:format(...), complained))
    return how == "exit" and code or how .. " " .. code, script.read(complained)
end

setup(function()
    folder = script.temporary_folder()
    assert(core.folder(folder))
end)

teardown(function() script.remove(folder) end)

describe("an instance file", function()
    it("of a gigabyte is refused at once, and so is a stream without end", function()
        assert(shell("truncate -s 1000000000 '%s/large.json'", folder))
        local start = fl.clock()
        local code, complained = finlab(200, "solve %s/large.json --method exact", folder)
        assert.equal(2, code)
        assert.matches("large.json: larger than %d+ bytes", complained)
        assert.is_true(fl.clock() - start < 5)
        code, complained = finlab(4000, "solve /dev/zero --method exact")
        assert.equal(2, code)
        assert.matches("/dev/zero: larger than %d+ bytes", complained)
    end)

    it("with endless nesting is refused by line and column", function()
        for name, text in pairs {
            arrays = ("["):rep(1000000), objects = ('{"a":'):rep(1000000),
            inside = '{"system": {"nodes": ' .. ("["):rep(100000),
        } do
            local path = write(("%s/%s.json"):format(folder, name), text)
            local inst, message, code = fl.load(path)
            assert.is_nil(inst)
            assert.equal("invalid", code)
            assert.is_truthy(message:find(path, 1, true) and message:find "line 1", message)
        end
    end)

    it("that is missing, a folder, empty or binary is refused by its name", function()
        write(folder .. "/empty.json", "")
        write(folder .. "/binary.json", string.char(0, 1, 2, 255, 254):rep(100))
        for name, expected in pairs { missing = 4, [""] = 4, empty = 2, binary = 2 } do
            local path = name == "" and folder or ("%s/%s.json"):format(folder, name)
            local code, complained = finlab(500, "solve %s --method exact", path)
            assert.equal(expected, code, complained)
            assert.is_truthy(complained:find(path, 1, true), complained)
        end
    end)

    it("that holds Lua, text or compiled, is data that is refused, and nothing of it runs", function()
        local trap = folder .. "/trap"
        local code = ("io.open(%q, 'w'):close()"):format(trap)
        local compiled = string.dump(load(code))
        for name, text in pairs { text = code, compiled = compiled, call = "return " .. code } do
            local path = write(("%s/%s.json"):format(folder, name), text)
            assert.equal("invalid", (select(3, fl.load(path))))
            assert.equal("invalid", (select(3, core.parse(text))))
        end
        local status, complained = finlab(500, "%s", write(folder .. "/compiled.lua", compiled))
        assert.equal(2, status)
        assert.matches("attempt to load a binary chunk", complained)
        assert.is_nil(io.open(trap))
    end)
end)

-- All kinds of values where another one is wanted.
local ODD = {
    true, "x", "", "-1", {}, { 1 }, { a = 1 }, -1, 0, 0.5, 1e308, 5e-324, 1e18, 2 ^ 53, -0.0, math.huge,
    -math.huge, 0 / 0, math.maxinteger, math.mininteger, function() end, io.stdout,
}

--- Call f(table, key) at every place of a document.
local function each_place(document, f)
    local keys = {}
    for key in pairs(document) do table.insert(keys, key) end
    for _, key in ipairs(keys) do
        f(document, key)
        if type(document[key]) == "table" then each_place(document[key], f) end
    end
end

describe("a description", function()
    local text = script.read "tests/fuzz/corpus/instance/all.json"

    it("with any value at any place is refused by that place, or solved", function()
        local document, tried, taken = assert(core.parse(text)), 0, 0
        each_place(document, function(parent, key)
            local right = parent[key]
            for _, odd in ipairs(ODD) do
                parent[key] = odd
                local inst, message, code = fl.instance(document)
                if inst then
                    taken = taken + 1
                    local result, why = inst:solve("milp", { time_limit = 1 })
                    assert.is_truthy(result or why)
                    inst:close()
                else
                    local said = ("%s = %s: %s"):format(key, odd, message)
                    assert.equal("invalid", code, said)
                    assert.is_true(type(message) == "string" and #message > 5, said)
                end
                tried = tried + 1
            end
            parent[key] = nil
            assert.is_truthy(fl.instance(document) or key)
            parent[key] = right
        end)
        assert.is_truthy(fl.instance(document), "what was put back is right again")
        assert.is_true(tried > 700 and taken > 20, tried .. " tried, " .. taken .. " taken")
        print(("# %d odd values, %d of them allowed"):format(tried, taken))
    end)

    it("that holds itself is refused", function()
        local document = assert(core.parse(text))
        document.apps[1].blocks[1].energy = document
        assert.equal("invalid", (select(3, fl.instance(document))))
        local cycle = {}
        cycle[1] = cycle
        assert.equal("invalid", (select(3, fl.instance(cycle))))
        document = assert(core.parse(text))
        document.apps[1].blocks = cycle
        assert.equal("invalid", (select(3, fl.instance(document))))
    end)

    it("with names of a megabyte, of quotes, controls and markup comes back as it was", function()
        for _, name in ipairs {
            ("n"):rep(1000000), "'\"`$(touch x);--", "</script><b>", "a\nb\tc\\d", "%s%n%d",
            "../../etc/passwd", "🙂",
        } do
            local document = assert(core.parse((text:gsub('"m"', (core.json(name):gsub("%%", "%%%%"))))))
            local inst = assert(fl.instance(document))
            local path = folder .. "/name.json"
            assert(inst:write(path))
            assert.equal(name, assert(fl.load(path)):table().system.nodes[1].name)
            for _, ending in ipairs { "lp", "mps", "glp" } do
                local written, said, code = inst:write(folder .. "/name." .. ending)
                assert.is_true(written or code == "unsupported", said) -- deviations are not linear
            end
        end
    end)

    it("with numbers out of every range is refused by line, or by place", function()
        for number, words in pairs {
            ["1e999"] = "line", ["-1e999"] = "line", ["1e400"] = "line", NaN = "line", Infinity = "line",
            ["-5"] = "speed", ["0x10"] = "line",
        } do
            local path = write(folder .. "/number.json", (text:gsub("1e10", number)))
            local inst, message = fl.load(path)
            assert.is_nil(inst, number)
            assert.is_truthy(message:find(path, 1, true) and (message:find(words, 1, true)
                or message:find("/", 1, true)), number .. ": " .. message)
        end
    end)
end)
