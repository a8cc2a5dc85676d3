-- SPDX-License-Identifier: GPL-3.0-or-later
-- What each kind of plot draws: drawings.KIND(plot, lines) adds data and settings to the gnuplot commands and
-- answers the elements of the plot command.
--
-- Colours are Okabe and Ito's (grey instead of yellow) for series and viridis for quantities, which stay
-- apart for colour-blind readers and on paper; series differ by point shape too. Where series coincide,
-- the later one is drawn finer, so that the earlier one is seen behind it.

local stats = require "finlab.stats"
local tools = require "finlab.tools"

local drawings = {}

local COLOURS = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F" }
local SHAPES = { 7, 5, 9, 13, 11, 15, 6, 4, 8 }
local PALETTE = { -- viridis at equal steps
    "#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725",
}
local ABSENT = "#e8e8e8" -- behind a heat map, where there is no value

--- A gnuplot string: single quotes, in which nothing but the quote itself is special. Doubling it does
-- not help at the start and beside others, so quotes stand in strings of their own, joined by dots.
function drawings.quoted(text)
    return "'" .. tostring(text):gsub("%c", " "):gsub("'+", [['."%0".']]) .. "'"
end

local quoted = drawings.quoted

local function add(lines, format, ...)
    table.insert(lines, format:format(...))
end

local function is_finite(y)
    return type(y) == "number" and y == y and math.abs(y) ~= math.huge
end

local function colour(s) return COLOURS[(s - 1) % #COLOURS + 1] end
local function shape(s) return SHAPES[(s - 1) % #SHAPES + 1] end

local function name_of(series, s)
    return quoted(series.name or "series " .. s)
end

--- Rows of numbers as a data block called `name`; a row in which one of the first `needed` is no number is a
-- gap.
local function add_data(lines, name, rows, needed)
    add(lines, "%s << end_of_data", name)
    for _, row in ipairs(rows) do
        local cells = {}
        for i = 1, needed do
            if not is_finite(row[i]) then break end
            cells[i] = tools.digits(row[i])
        end
        table.insert(lines, #cells == needed and table.concat(cells, " ") or "")
    end
    add(lines, "end_of_data")
end

local function block(s) return "$series" .. s end

local LINE = "%s using 1:2 with %s title %s noenhanced linewidth %.2g linecolor rgb '%s'%s%s"
local FINEST, ROOM = 1.8, 1.4 -- widths of the last line, and how much wider the first one is

--- Series as lines of one of gnuplot's styles; `points_of` answers what of a series is drawn.
local function draw_series(plot, lines, style, points_of)
    local elements, n = {}, #plot.series
    if n > 1 then add(lines, "set key outside right top Left reverse samplen 2 spacing 1.2") end
    for s, series in ipairs(plot.series) do
        local finer = n > 1 and (n - s) / (n - 1) or 0
        add_data(lines, block(s), points_of(series), 2)
        local points = (" pointtype %d pointsize %.2g"):format(shape(s), 0.8 + 0.5 * finer)
        local dashed = series.dashed or s > #COLOURS
        elements[s] = LINE:format(block(s), style, name_of(series, s), FINEST + ROOM * finer, colour(s),
            dashed and " dashtype (7,4)" or "", style == "linespoints" and points or "")
    end
    return elements
end

function drawings.lines(plot, lines)
    return draw_series(plot, lines, "linespoints", function(series) return series.points end)
end

--- Lines in the middle of bands: points are {x, y, low, high}.
function drawings.bands(plot, lines)
    local elements = {}
    for s, series in ipairs(plot.series) do
        local edges = {}
        for i, point in ipairs(series.points) do edges[i] = { point[1], point[3], point[4] } end
        add_data(lines, "$band" .. s, edges, 3)
        elements[s] = ("$band%d using 1:2:3 with filledcurves notitle fillstyle transparent solid 0.2"
            .. " noborder linecolor rgb '%s'"):format(s, colour(s))
    end
    local middles = draw_series(plot, lines, "lines", function(series) return series.points end)
    return table.move(middles, 1, #middles, #elements + 1, elements)
end

--- How far the last step of every series goes: to the axis' end, or a little beyond the last x of all.
local function reach_of(plot)
    local least, most
    for _, series in ipairs(plot.series) do
        for _, point in ipairs(series.points) do
            least, most = math.min(least or point[1], point[1]), math.max(most or point[1], point[1])
        end
    end
    return plot.x and plot.x.most or most and most + 0.04 * (most - least)
end

--- Each value holds until the next x, as on a frontier: what a deadline costs until a longer one costs less.
function drawings.stairs(plot, lines)
    local reach = reach_of(plot)
    return draw_series(plot, lines, "steps", function(series)
        local points = table.move(series.points, 1, #series.points, 1, {})
        if #points > 0 then table.insert(points, { reach, points[#points][2] }) end
        return points
    end)
end

--- Let an axis that has no bounds of its own end near its data, not at the next tics.
local function fit(plot, lines, name)
    local axis = plot[name] or {}
    if not (axis.least or axis.most) then add(lines, "set autoscale %sfix", name) end
end

-- Distributions -------------------------------------------------------------------------------------------

local LETTERS_ACROSS = 65 -- how many fit below a plot

--- One category for each series along the x axis; their values in ascending order.
local function categories(plot, lines)
    local tics, all, letters = {}, {}, 0
    for s, series in ipairs(plot.series) do
        local numbers = {}
        for _, value in ipairs(series.values) do
            if is_finite(value) then table.insert(numbers, value) end
        end
        all[s] = stats.sorted(numbers)
        tics[s] = ("%s %d"):format(name_of(series, s), s)
        letters = math.max(letters, #name_of(series, s))
    end
    local crowded = letters * #tics > LETTERS_ACROSS
    add(lines, "set xtics (%s) scale 0 noenhanced%s", table.concat(tics, ", "),
        crowded and " rotate by -25" or "")
    add(lines, "set xrange [0.4:%g]\nset grid noxtics", #tics + 0.6)
    fit(plot, lines, "y")
    add(lines, "set offsets 0, 0, graph 0.04, graph 0.04")
    return all
end

--- The box of ascending numbers: the quartiles, whiskers as far as numbers go within 1.5 boxes, and what lies
-- beyond (Tukey).
local function box_of(ascending)
    local low, middle, high = stats.quantile(ascending, 0.25), stats.quantile(ascending, 0.5),
        stats.quantile(ascending, 0.75)
    local reach, beyond = 1.5 * (high - low), {}
    local least, most
    for i, x in ipairs(ascending) do
        if x >= low - reach and x <= high + reach then
            least, most = least or x, x
        elseif x ~= ascending[i - 1] then
            table.insert(beyond, x)
        end
    end
    return { low = low, middle = middle, high = high, least = least, most = most, beyond = beyond }
end

function drawings.box(plot, lines)
    local elements = {}
    for s, ascending in ipairs(categories(plot, lines)) do
        if #ascending > 0 then
            local box, beyond = box_of(ascending), {}
            for i, x in ipairs(box.beyond) do beyond[i] = { s, x } end
            add_data(lines, block(s), { { s, box.low, box.least, box.most, box.high, box.middle } }, 6)
            add_data(lines, block(s) .. "_beyond", beyond, 2)
            add(elements, "%s using 1:2:3:4:5:(0.5) with candlesticks notitle linewidth 1.5"
                .. " linecolor rgb '%s' fillstyle solid 0.25 border whiskerbars 0.5", block(s), colour(s))
            add(elements, "%s using 1:6:6:6:6:(0.5) with candlesticks notitle linewidth 3 linecolor rgb '%s'",
                block(s), colour(s))
            if #beyond > 0 then
                add(elements, "%s_beyond using 1:2 with points notitle pointtype 6 pointsize 0.6"
                    .. " linecolor rgb '%s'", block(s), colour(s))
            end
        end
    end
    return elements
end

local DENSITY_STEPS = 80

--- A Gaussian kernel density of ascending numbers between the first and the last, with Silverman's bandwidth,
-- as rows of {x, density}; nil when there is no spread.
local function density_of(ascending)
    local least, most, n = ascending[1], ascending[#ascending], #ascending
    if n < 2 or least == most then return nil end
    local deviation = stats.deviation(ascending)
    local spread = (stats.quantile(ascending, 0.75) - stats.quantile(ascending, 0.25)) / 1.349
    local width = 0.9 * (spread > 0 and math.min(deviation, spread) or deviation) * n ^ -0.2
    local rows = {}
    for i = 0, DENSITY_STEPS do
        local x, sum = least + (most - least) * i / DENSITY_STEPS, 0.0
        for _, y in ipairs(ascending) do sum = sum + math.exp(-0.5 * ((x - y) / width) ^ 2) end
        rows[i + 1] = { x, sum }
    end
    return rows
end

--- The outline of a violin around `centre`, 0.8 wide where it is widest.
local function outline_of(ascending, centre)
    local rows, widest, outline = density_of(ascending), 0, {}
    if not rows then return { { centre - 0.3, ascending[1] }, { centre + 0.3, ascending[1] } } end
    for _, row in ipairs(rows) do widest = math.max(widest, row[2]) end
    for i, row in ipairs(rows) do outline[i] = { centre - 0.4 * row[2] / widest, row[1] } end
    for i = #rows, 1, -1 do table.insert(outline, { centre + 0.4 * rows[i][2] / widest, rows[i][1] }) end
    table.insert(outline, outline[1])
    return outline
end

--- The quartiles of a violin as a bar and its median as a point.
local function add_quartiles(elements, lines, s, ascending)
    local box = box_of(ascending)
    add_data(lines, block(s) .. "_box", { { s, box.low, box.high, box.middle } }, 4)
    add(elements, "%s_box using 1:2:(0):($3-$2) with vectors nohead linewidth 5 linecolor rgb '%s' notitle",
        block(s), colour(s))
    add(elements, "%s_box using 1:4 with points notitle pointtype 7 pointsize 1 linecolor rgb 'white'",
        block(s))
end

function drawings.violin(plot, lines)
    local elements = {}
    for s, ascending in ipairs(categories(plot, lines)) do
        if #ascending > 0 then
            add_data(lines, block(s), outline_of(ascending, s), 2)
            add(elements, "%s using 1:2 with filledcurves notitle linecolor rgb '%s' linewidth 1.5"
                .. " fillstyle solid 0.3 border", block(s), colour(s))
            if ascending[1] < ascending[#ascending] then add_quartiles(elements, lines, s, ascending) end
        end
    end
    return elements
end

-- Colours as a third axis ---------------------------------------------------------------------------------

local function add_palette(lines)
    local steps = {}
    for i, rgb in ipairs(PALETTE) do steps[i] = ("%d '%s'"):format(i - 1, rgb) end
    add(lines, "set palette defined (%s)", table.concat(steps, ", "))
    add(lines, "set colorbox user size 0.025, 0.7 origin 0.825, 0.2 noborder\nset cbtics scale 0")
    add(lines, "set rmargin at screen 0.8\nset cblabel offset 1, 0")
end

--- The edges of cells around ascending centres: half way between neighbours.
local function edges_of(centres)
    local edges = {}
    for i, x in ipairs(centres) do
        local before = centres[i - 1] and (x - centres[i - 1]) / 2
        local after = centres[i + 1] and (centres[i + 1] - x) / 2
        before, after = before or after or 0.5, after or before or 0.5
        edges[x] = { x - before, x + after }
    end
    return edges
end

--- The distinct values at a place of the points, in ascending order.
local function distinct(points, place)
    local seen, values = {}, {}
    for _, point in ipairs(points) do
        if not seen[point[place]] then table.insert(values, point[place]) end
        seen[point[place]] = true
    end
    table.sort(values)
    return values
end

--- Points {x, y, z} of one series as cells whose colour is z; grey where there is none.
function drawings.heat(plot, lines)
    local points, cells = plot.series[1].points, {}
    local xs, ys = distinct(points, 1), distinct(points, 2)
    local columns, rows = edges_of(xs), edges_of(ys)
    for i, point in ipairs(points) do
        local x, y = columns[point[1]], rows[point[2]]
        cells[i] = { point[1], point[2], x[1], x[2], y[1], y[2], point[3] }
    end
    add_palette(lines)
    add_data(lines, block(1), cells, 7)
    if #xs > 0 then
        add(lines, "set xrange [%s:%s]", tools.digits(columns[xs[1]][1]), tools.digits(columns[xs[#xs]][2]))
        add(lines, "set yrange [%s:%s]", tools.digits(rows[ys[1]][1]), tools.digits(rows[ys[#ys]][2]))
    end
    add(lines, "set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind"
        .. " fillcolor rgb '%s' fillstyle solid noborder", ABSENT)
    add(lines, "unset grid\nset border 0\nset tics out")
    return { block(1) .. " using 1:2:3:4:5:6:7 with boxxyerror notitle fillstyle solid linecolor palette" }
end

--- Points {x, y, z} whose colour is z, a shape for each series, larger first so that none hides another.
function drawings.frontier(plot, lines)
    local elements = {}
    add_palette(lines)
    fit(plot, lines, "x")
    fit(plot, lines, "y")
    add(lines, "set offsets graph 0.02, graph 0.02, graph 0.02, graph 0.02")
    if #plot.series > 1 then add(lines, "set key inside right top Left reverse samplen 1") end
    for s, series in ipairs(plot.series) do
        add_data(lines, block(s), series.points, 3)
        local form = block(s) .. " using 1:2%s with points pointtype " .. shape(s)
        table.insert(elements, form:format "" .. " pointsize 1.3 linecolor rgb '#444444' notitle")
        table.insert(elements, form:format ":3" .. " pointsize 1 linecolor palette "
            .. (#plot.series > 1 and "title " .. name_of(series, s) .. " noenhanced" or "notitle"))
    end
    return elements
end

local KINDS = {
    lines = true, stairs = true, bands = true, box = true, violin = true, heat = true, frontier = true,
}

function drawings.is_kind(kind)
    return KINDS[kind] ~= nil
end

return drawings
