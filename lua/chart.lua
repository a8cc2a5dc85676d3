-- SPDX-License-Identifier: GPL-3.0-or-later
-- Plots of tables: rows:plot { kind = , x = , y = , z = , by = } describes one for fl.plot.
--
-- `x`, `y` and `z` are fields, or {key, scale, label, unit, log, least, most, tics} with the field and a
-- factor that turns its SI unit into `unit`. `by` is the field that tells series apart (default: method), and
-- `names` what its values are called. Several rows at one place are their mean.

local stats = require "finlab.stats"

local chart = {}

--- An axis as plot.lua wants it, and how a row's value there is found.
local function axis_of(given, fallback)
    local axis = {}
    for key, value in pairs(type(given) == "table" and given or { key = given or fallback }) do
        axis[key] = value
    end
    axis.label = axis.label or axis.key
    local key, scale = axis.key, axis.scale or 1
    return axis, function(row)
        return type(row[key]) == "number" and row[key] * scale or nil
    end
end

--- What the table's groups by `by` are called, and their rows.
local function each_series(self, options, visit)
    local series = {}
    for s, group in ipairs(self:group(options.by or "method")) do
        series[s] = visit(group.table.rows)
        local name = group.values[options.by or "method"]
        series[s].name = options.names and options.names[name] or name ~= nil and tostring(name) or "all"
    end
    return series
end

--- Points of {x, mean y} by ascending x.
local function line(rows, x, y)
    local at, points = {}, {}
    for _, row in ipairs(rows) do
        local here = x(row)
        if here then
            if not at[here] then
                at[here] = {}
                table.insert(points, { here })
            end
            table.insert(at[here], y(row))
        end
    end
    for _, point in ipairs(points) do point[2] = stats.mean(at[point[1]]) end
    table.sort(points, function(a, b) return a[1] < b[1] end)
    return { points = points }
end

local function lines(self, options)
    local x, x_of = axis_of(options.x)
    local y, y_of = axis_of(options.y, "energy")
    return x, y, nil, each_series(self, options, function(rows) return line(rows, x_of, y_of) end)
end

local function distribution(self, options)
    local y, y_of = axis_of(options.y, "energy")
    return {}, y, nil, each_series(self, options, function(rows)
        local values = {}
        for _, row in ipairs(rows) do table.insert(values, y_of(row)) end
        return { values = values }
    end)
end

local function heat(self, options)
    local x, x_of = axis_of(options.x)
    local y, y_of = axis_of(options.y)
    local z, z_of = axis_of(options.z, "energy")
    local points = {}
    for _, group in ipairs(self:group(x.key, y.key)) do
        local values = {}
        for _, row in ipairs(group.table.rows) do table.insert(values, z_of(row)) end
        local here = { x_of(group.values), y_of(group.values), stats.mean(values) }
        if here[1] and here[2] then table.insert(points, here) end
    end
    return x, y, z, { { points = points } }
end

local function frontier(self, options)
    local x, x_of = axis_of(options.x, "latency")
    local y, y_of = axis_of(options.y, "energy")
    local z, z_of = axis_of(options.z, "accuracy")
    return x, y, z, each_series(self, options, function(rows)
        local points = {}
        for i, row in ipairs(rows) do points[i] = { x_of(row), y_of(row), z_of(row) } end
        return { points = points }
    end)
end

local WIDE = 5 -- a ratio from which on a logarithmic axis reads better

--- 1, 2, 5, 10, 20, ... up to `most`; only powers of ten when those would be too many.
local function tics_of(most)
    local tics, power = {}, 1
    while power <= most do
        for _, digit in ipairs(most > 1e4 and { 1 } or { 1, 2, 5 }) do
            if digit * power <= most then table.insert(tics, ("%g"):format(digit * power)) end
        end
        power = power * 10
    end
    return tics
end

--- Performance profiles; the options are also those of the table's profile().
local function profile(self, options)
    local x = { label = (options.value or "energy") .. " relative to the best", least = 1 }
    local y = { label = "share of the cases", unit = "%", least = 0, most = 102 }
    local of = options.of or "method"
    local of_profile = setmetatable({ by = of }, { __index = options })
    local share = self:profile(options)
    local most = 1
    for _, row in ipairs(share.rows) do most = math.max(most, row.ratio) end
    x.log = most > WIDE
    x.most = x.log and most ^ 1.05 or 1 + 1.05 * (most - 1)
    for key, value in pairs(options.x or {}) do x[key] = value end
    x.tics = x.tics or x.log and tics_of(x.most) or nil
    local series = each_series(share, of_profile, function(rows)
        local points = {}
        for i, row in ipairs(rows) do points[i] = { row.ratio, 100 * row.share } end
        return { points = points }
    end)
    return x, y, nil, series
end

local KINDS = {
    lines = { lines, "lines" }, stairs = { lines, "stairs" }, box = { distribution, "box" },
    violin = { distribution, "violin" }, heat = { heat, "heat" }, frontier = { frontier, "frontier" },
    profile = { profile, "stairs" },
}

--- The description of the plot that `options` ask for.
function chart.describe(self, options)
    local kind = KINDS[options.kind or "lines"]
    if not kind then error(("plot: there is no kind %q"):format(tostring(options.kind)), 3) end
    local x, y, z, series = kind[1](self, options)
    return {
        kind = kind[2], title = options.title, size = options.size, x = x, y = y, z = z, series = series,
    }
end

return chart
