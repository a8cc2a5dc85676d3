-- SPDX-License-Identifier: GPL-3.0-or-later
-- tests/known/optima.solu: the optimum of everything that is shipped, one instance per line, in the manner of
-- MIPLIB.s files: `=opt= NAME ENERGY` or `=inf= NAME`. Two searches and an integer programme must find that.
-- FINLAB_KNOWN=FILE writes what `exact` finds there instead.
local fl = require "finlab"
local script = require "tests.lua.script"

local FILE = "tests/known/optima.solu"
local MODELS = {
    { "b_alexnet", "cifar10" }, { "b_alexnet_multi", "cifar10" }, { "b_resnet", "cifar10" },
    { "b_resnet", "cifar100" }, { "b_lenet", "mnist" }, { "b_lenet", "second" },
}

--- What is shipped, by name and in order.
local function shipped()
    local names, instances = {}, {}
    local function add(name, inst)
        table.insert(names, name)
        instances[name] = assert(inst)
    end
    for _, model in ipairs(MODELS) do
        for _, links in ipairs { "receiver", "bottleneck" } do
            local base = assert(fl.instance {
                system = fl.systems.three_tier { links = links },
                apps = { { model = fl.models[model[1]](model[2]), source = "mobile", deadline = 1 } },
            })
            for _, milliseconds in ipairs { 1, 3, 5, 7, 15 } do
                for _, percent in ipairs { 10, 60, 80, 90 } do
                    add(("%s-%s-%s-%dms-%d"):format(model[1], model[2], links, milliseconds, percent),
                        base:with { deadline = milliseconds * 1e-3, accuracy = percent / 100 })
                end
            end
        end
    end
    local path = os.tmpname()
    local file <close> = assert(io.open(path, "w"))
    file:write(script.read("README.md"):match "```json\n(.-)```")
    file:close()
    add("README", fl.load(path))
    os.remove(path)
    return names, instances
end

local function write_known(path)
    local names, instances = shipped()
    local file <close> = assert(io.open(path, "w"))
    for _, name in ipairs(names) do
        local result = assert(instances[name]:solve "exact")
        if result.status == "infeasible" then
            file:write("=inf= ", name, "\n")
        else
            assert(result.status == "optimal")
            file:write(("=opt= %s %.17g\n"):format(name, result.energy))
        end
    end
end

describe("known optima", function()
    it("are what two searches and the integer programme find", function()
        if os.getenv "FINLAB_KNOWN" then return write_known(os.getenv "FINLAB_KNOWN") end
        local names, instances = shipped()
        local known, n = {}, 0
        for line in io.lines(FILE) do
            local kind, name, energy = line:match "^=(%a+)= (%S+) ?(%S*)$"
            assert.is_nil(known[name], name)
            known[name] = kind == "inf" and "infeasible" or tonumber(energy)
        end
        for _, name in ipairs(names) do
            for method, slack in pairs { exact = 1e-12, certify = 1e-9, milp = 1e-6 } do
                local result = assert(instances[name]:solve(method))
                local what = ("%s, %s: %s %s"):format(name, method, result.status, result.energy)
                if known[name] == "infeasible" then
                    assert.equal("infeasible", result.status, what)
                else
                    assert.equal("optimal", result.status, what)
                    assert.near(known[name], result.energy, slack * known[name], what)
                end
            end
            n = n + 1
            known[name] = nil
        end
        assert.is_nil((next(known)))
        print(("# %d known optima"):format(n))
    end)
end)
