-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the importers share: options, repeated measurements, the nodes of a system.

local stats = require "finlab.stats"

local common = {}

--- Of a file: what it becomes takes up to a hundred times as much memory.
common.MOST_BYTES = 16 << 20

local function is_rule(value)
    return type(value) == "number" or type(value) == "string" or type(value) == "function"
end

--- The options with their defaults; raises for one that is not known or of another type than its default.
-- `defaults` maps names to default values, or to a type in brackets when there is none: "(table)", or
-- "(rule)", a number, text or function.
function common.options(where, given, defaults)
    local set = {}
    for name, default in pairs(defaults) do
        if type(default) ~= "string" or not default:find "^%(" then set[name] = default end
    end
    for name, value in pairs(given or {}) do
        local default = defaults[name]
        if default == nil then error(("%s: there is no option %q"):format(where, tostring(name)), 3) end
        local wanted = type(default) == "string" and default:match "^%((.*)%)$" or type(default)
        if type(value) ~= wanted and not (wanted == "rule" and is_rule(value)) then
            error(("%s: %s must be a %s"):format(where, name, wanted), 3)
        end
        set[name] = value
    end
    return set
end

local ways = {
    max = function(numbers) return stats.quantile(stats.sorted(numbers), 1) end,
    min = function(numbers) return stats.quantile(stats.sorted(numbers), 0) end,
    mean = stats.mean,
    median = stats.median,
}

--- The function that makes one number of a measurement's repeats: max, min, mean or median.
function common.way(where, name)
    if not ways[name] then
        error(("%s: repeats must be \"max\", \"min\", \"mean\" or \"median\", not %q"):format(where, name), 3)
    end
    return ways[name]
end

--- Whether x is a finite number of at least `least`.
function common.is_number(x, least)
    return type(x) == "number" and x >= least and x < math.huge
end

--- The items of a list as a set; nil stays nil, which stands for everything.
function common.set(list)
    if not list then return nil end
    local set = {}
    for _, item in ipairs(list) do set[item] = true end
    return set
end

--- A node for times that were measured, so that its speed says nothing, with the user's fields over it.
function common.node(name, tier, fields)
    local node = { name = name, tier = tier, speed = 1, power = 0 }
    for key, value in pairs(fields or {}) do node[key] = value end
    return node
end

return common
