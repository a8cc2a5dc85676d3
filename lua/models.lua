-- SPDX-License-Identifier: GPL-3.0-or-later
-- Published early-exit networks, and what `model = ...` in an application stands for.
--
-- A model is a table {name, data, blocks, exits, at_source, ...}: blocks, exits and what else describes the
-- network as in an application; the first `at_source` blocks (default 0) may only run on its source.

local models = {}

--- Blocks from millions of operations and the features (of 8 bits) sent after each.
local function blocks_of(mops, features)
    local blocks = {}
    for l, ops in ipairs(mops) do
        blocks[l] = { name = "b" .. l, ops = ops * 1e6, out_bits = 8 * (features[l] or 0) }
    end
    return blocks
end

--- Exits from their positions, their accuracies in per cent, and the best one's accuracy on the data set at
-- hand: accuracies known for one data set are carried over in proportion.
local function exits_of(after, accuracies, best)
    local exits = {}
    for e, accuracy in ipairs(accuracies) do
        exits[e] = { after = after[e], accuracy = accuracy * best / accuracies[#accuracies] / 100 }
    end
    return exits
end

--- A function of the data set's name. `best` maps names to the last exit's accuracy in per cent; `first` is
-- the name that is meant when none is given.
local function family(name, first, best, mops, features, after, accuracies)
    return function(data)
        data = data or first
        if not best[data] then
            error(("%s is known on %s, not on %q"):format(name, models.names(best), tostring(data)), 2)
        end
        return {
            name = name,
            data = data,
            blocks = blocks_of(mops, features),
            exits = exits_of(after, accuracies, best[data]),
            at_source = 1,
        }
    end
end

--- The keys of a table as text, in order.
function models.names(set)
    local names = {}
    for name in pairs(set) do names[#names + 1] = name end
    table.sort(names)
    return table.concat(names, ", ")
end

-- The INFOCOM 2024 paper's tables and its authors' scripts, which do not name B-LeNet's second data set.
local alexnet_best = { cifar10 = 85.95, cifar100 = 60.32 }
local alexnet_features = { 27 * 27 * 256, 13 * 13 * 384, 13 * 13 * 384, 13 * 13 * 256 }
local alexnet_accuracies = { 51.94, 71.91, 79.19 }

models.published = {
    b_alexnet = family("B-AlexNet", "cifar10", alexnet_best, { 22.62, 6.711, 10.145, 19.201, 13.523 },
        alexnet_features, { 1, 3, 5 }, alexnet_accuracies),
    -- the blocks that the authors' scripts for several models list instead
    b_alexnet_multi = family("B-AlexNet (several models)", "cifar10", alexnet_best,
        { 22.62, 6.711, 19.201, 13.523, 29.084 }, alexnet_features, { 1, 3, 5 }, alexnet_accuracies),
    b_resnet = family("B-ResNet", "cifar10", { cifar10 = 93.70, cifar100 = 60.32 },
        { 0.7733, 1.0803, 1.0593, 3.5043, 11.7704 }, { 32 * 32 * 16, 32 * 32 * 16, 8 * 8 * 64, 8 * 8 * 64 },
        { 1, 3, 5 }, { 32.86, 43.78, 79.17 }),
    b_lenet = family("B-LeNet", "mnist", { mnist = 99.25, second = 96.7 },
        { 0.1674, 0.04, 0.048 }, { 10 * 10 * 16, 120 }, { 1, 3 }, { 93.59, 99.25 }),
}

local function copy(record)
    local new = {}
    for key, value in pairs(record) do new[key] = value end
    return new
end

--- What a model may say beside blocks and exits, and an application may say otherwise.
local OF_THE_NETWORK = {
    "input_bits", "input_codings", "input_pack", "input_unpack", "segments", "thresholds",
}

--- The application with its model's blocks and exits in place of `model`; nil and what is wrong with it.
local function expand_app(app)
    local model = app.model
    if type(model) ~= "table" or type(model.blocks) ~= "table" or type(model.exits) ~= "table" then
        return nil, "must be a table with blocks and exits"
    end
    if app.blocks ~= nil or app.exits ~= nil then
        return nil, "stands for blocks and exits: give one or the other"
    end
    local new = copy(app)
    new.model = nil
    for _, field in ipairs(OF_THE_NETWORK) do
        if new[field] == nil then new[field] = model[field] end
    end
    new.blocks, new.exits = {}, model.exits
    for l, block in ipairs(model.blocks) do
        new.blocks[l] = block
        if l <= (model.at_source or 0) and type(block) == "table" and block.nodes == nil then
            new.blocks[l] = copy(block)
            new.blocks[l].nodes = { app.source }
        end
    end
    return new
end

--- An instance's description with every application's `model` expanded; the caller's tables stay as they are.
-- What has another shape than expected is left for the instance's reader to refuse.
function models.expand(description)
    if type(description.apps) ~= "table" then return description end
    local new = copy(description)
    new.apps = {}
    for key, app in pairs(description.apps) do
        local message
        if type(app) == "table" and app.model ~= nil then
            app, message = expand_app(app)
            if not app then return nil, ("apps[%s].model: %s"):format(key, message), "invalid" end
        end
        new.apps[key] = app
    end
    return new
end

return models
