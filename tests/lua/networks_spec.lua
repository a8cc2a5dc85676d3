-- SPDX-License-Identifier: GPL-3.0-or-later
-- experiments/networks.lua as its user meets it.
local fl = require "finlab"
local scripts = dofile("tests/lua/script.lua")

--- Mean saving of the optimum against mcp for B-ResNet on CIFAR-100, from scratch; the quick grid's cells.
local function saving(links)
    local sum, n, none = 0, 0, 0
    for _, deadline in ipairs { 0.5e-3, 2e-3, 3.5e-3, 5e-3 } do
        for _, target in ipairs { 0.10, 0.35, 0.60 } do
            local inst = assert(fl.instance {
                system = fl.systems.three_tier { links = links },
                apps = { {
                    model = fl.models.b_resnet "cifar100", source = "mobile", deadline = deadline,
                    accuracy = target,
                } },
            })
            local optimum, mcp = assert(inst:solve "exact"), assert(inst:solve "mcp")
            if optimum.energy then
                sum, n = sum + fl.saving(optimum, mcp), n + 1
            else
                none = none + 1
            end
        end
    end
    return sum / n, n + none, none
end

describe("experiments/networks.lua", function()
    local folder, code, rows = scripts.temporary_folder(), nil, {}

    setup(function()
        code = scripts.run("experiments/networks.lua", "--quick --out '%s'", folder)
        for line in scripts.read(folder .. "/networks.csv"):gmatch "[^\n]+" do
            local cells = {}
            for cell in (line .. ","):gmatch "([^,]*)," do table.insert(cells, cell) end
            table.insert(rows, cells)
        end
    end)

    teardown(function() scripts.remove(folder) end)

    local function row(network, data, links)
        for _, cells in ipairs(rows) do
            if cells[1] == network and cells[2] == data and cells[3] == links then
                local named = {}
                for i, name in ipairs(rows[1]) do named[name] = cells[i] end
                return named
            end
        end
    end

    it("has every published network and data set under both models of a link", function()
        assert.equal(0, code)
        assert.equal(1 + 2 * 8, #rows)
        for _, of in ipairs {
            { "B-AlexNet", "cifar10" }, { "B-AlexNet (several models)", "cifar100" }, { "B-LeNet", "second" },
        } do
            assert.is_table(row(of[1], of[2], "receiver"), of[1])
            assert.is_table(row(of[1], of[2], "bottleneck"), of[1])
        end
    end)

    it("gives the means that solving the cells one by one gives", function()
        for _, links in ipairs { "receiver", "bottleneck" } do
            local mean, cells, none = saving(links)
            local found = row("B-ResNet", "cifar100", links)
            assert.near(mean, tonumber(found.saving_mcp), 1e-12)
            assert.equal(cells, tonumber(found.cells))
            assert.equal(none, tonumber(found.no_plan))
        end
    end)

    it("has no figure of the released rule where it does not apply", function()
        assert.equal("", row("B-LeNet", "mnist", "receiver").saving_released)
        assert.is_number(tonumber(row("B-ResNet", "cifar10", "receiver").saving_released))
    end)

    it("refuses other arguments", function()
        assert.equal(2, (scripts.run("experiments/networks.lua", "--slow")))
    end)
end)
