-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

--- The optimum in mJ of a model on three tiers.
local function optimum(model, deadline, accuracy)
    local inst = assert(fl.instance {
        system = fl.systems.three_tier { links = "receiver" },
        apps = { { model = model, source = "mobile", deadline = deadline, accuracy = accuracy } },
    })
    return inst:solve("exact").energy * 1e3
end

describe("fl.models", function()
    it("give the published optima", function()
        for _, case in ipairs {
            { fl.models.b_alexnet "cifar10", 3e-3, 0.75, 51.122 },
            { fl.models.b_alexnet "cifar10", 4e-3, 0.75, 21.532 },
            { fl.models.b_alexnet "cifar10", 3e-3, 0.80, 89.907 },
            { fl.models.b_alexnet "cifar10", 6e-3, 0.80, 64.087 },
            { fl.models.b_resnet "cifar10", 0.5e-3, 0.80, 17.725 },
            { fl.models.b_resnet "cifar10", 2e-3, 0.80, 9.921 },
            { fl.models.b_lenet "mnist", 0.018e-3, 0.95, 0.749 },
            { fl.models.b_lenet "mnist", 0.02e-3, 0.95, 0.216 },
        } do
            assert.near(case[4], optimum(case[1], case[2], case[3]), 5e-4)
        end
    end)

    it("carry accuracies over to the other data set", function()
        local exits = fl.models.b_alexnet "cifar100".exits
        assert.near(0.6032, exits[3].accuracy, 1e-15)
        assert.near(0.5194 * 60.32 / 79.19, exits[1].accuracy, 1e-15)
        exits = fl.models.b_lenet "second".exits
        assert.near(0.967, exits[2].accuracy, 1e-15)
        assert.same({ 1, 3 }, { exits[1].after, exits[2].after })
    end)

    it("know the blocks of the scripts for several models", function()
        local blocks = fl.models.b_alexnet_multi "cifar10".blocks
        assert.near(19.201e6, blocks[3].ops, 1)
        assert.near(29.084e6, blocks[5].ops, 1)
    end)

    it("raise for a data set they are not known on", function()
        assert.has_error(function() fl.models.b_alexnet "mnist" end,
            'B-AlexNet is known on cifar10, cifar100, not on "mnist"')
    end)
end)

describe("model = in an application", function()
    local function description(app)
        app.source, app.deadline = "mobile", 1
        return { system = fl.systems.three_tier(), apps = { app } }
    end

    it("stands for blocks and exits, the first block pinned to the source", function()
        local app = assert(fl.instance(description { model = fl.models.b_lenet() })):table().apps[1]
        assert.equal(3, #app.blocks)
        assert.equal(2, #app.exits)
        assert.same({ "mobile" }, app.blocks[1].nodes)
        assert.is_nil(app.blocks[2].nodes)
    end)

    it("leaves the caller's tables alone", function()
        local model = fl.models.b_lenet()
        local given = description { model = model }
        assert(fl.instance(given))
        assert.equal(model, given.apps[1].model)
        assert.is_nil(given.apps[1].blocks)
        assert.is_nil(model.blocks[1].nodes)
    end)

    it("may be anybody's own table", function()
        local own = { blocks = { { ops = 1e6 } }, exits = { { after = 1, accuracy = 0.9 } } }
        local app = assert(fl.instance(description { model = own })):table().apps[1]
        assert.is_nil(app.blocks[1].nodes)
    end)

    it("is refused with its place when it is not a model or doubles blocks", function()
        assert.equal("apps[1].model: must be a table with blocks and exits",
            select(2, fl.instance(description { model = "b_lenet" })))
        local inst, message, code = fl.instance(description { model = fl.models.b_lenet(), exits = {} })
        assert.is_nil(inst)
        assert.equal("apps[1].model: stands for blocks and exits: give one or the other", message)
        assert.equal("invalid", code)
    end)
end)
