-- SPDX-License-Identifier: GPL-3.0-or-later
-- experiments/multiapp.lua: it ends well, and its cases say what its tables say.
local fl = require "finlab"
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")

local function run(folder, arguments)
    local command = ("unset LD_PRELOAD; '%s' experiments/multiapp.lua --out '%s' %s >'%s.txt' 2>&1")
    local _, how, code = os.execute(command:format(program, folder, arguments, folder))
    local file <close> = assert(io.open(folder .. ".txt"))
    return how == "exit" and code or how, file:read "a"
end

describe("experiments/multiapp.lua", function()
    local folder, code, said, found = os.tmpname(), nil, nil, {}

    setup(function()
        os.remove(folder)
        code, said = run(folder, "--quick")
        if code ~= 0 then return end
        for _, row in ipairs(assert(fl.store(folder .. "/multiapp.db")):rows().rows) do
            found[("%s %d %s"):format(row.system, row.users, row.method:gsub(":time_limit=%d+", ""))] = row
        end
    end)

    teardown(function() os.execute(("rm -rf '%s' '%s.txt'"):format(folder, folder)) end)

    it("ends well, with its tables and pictures", function()
        assert.equal(0, code, said)
        assert.matches("milp = colgen, users served and power: %d+ cases, 0 exceptions", said)
        for _, name in ipairs { "multiapp.md", "multiapp.csv", "multiapp-three-tiers-served.svg" } do
            assert(io.open(folder .. "/" .. name)):close()
        end
    end)

    it("finds that few users do not disturb each other", function()
        local joint, fin = found["three tiers 9 colgen"], found["three tiers 9 fin:gamma=30"]
        assert.equal("optimal", joint.status)
        assert.equal(9, fin.served)
        assert.near(joint.power, fin.power, 1e-9 * joint.power)
        assert.near(joint.power, found["three tiers 9 milp"].power, 1e-9 * joint.power)
    end)

    it("finds that placing one after another serves fewer of many users", function()
        local joint = found["three tiers 225 colgen"]
        assert.is_true(joint.served >= found["three tiers 225 fin:gamma=30,order=deadline"].served)
        assert.is_true(joint.served > found["three tiers 225 fin:gamma=30"].served)
        assert.is_true(found["three tiers 225 fin:gamma=30"].served > found["three tiers 225 mcp"].served)
    end)

    it("does not do again what is done, and refuses other arguments", function()
        local again, text = run(folder, "--quick")
        assert.equal(0, again)
        assert.matches("were done", text)
        assert.equal(2, (run(folder, "--slow")))
    end)
end)
