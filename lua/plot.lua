-- SPDX-License-Identifier: GPL-3.0-or-later
-- Line plots by gnuplot: fl.plot { x = , y = , series = }:write "out/figure.svg".
--
-- `x` and `y` are {label, unit, log, least, most}: "label (unit)" stands at the axis, `log` makes it
-- logarithmic, least and most bound it. `series` is an array of {name, points = {{x, y}, ...}, dashed}; a
-- point without y (nil or NaN) leaves a gap in the line. `title` and `size` = {width, height} in pixels are
-- optional.
-- Colours are Okabe and Ito's, which stay apart for colour-blind readers; point shapes differ too.

local tools = require "finlab.tools"
local core = require "finlab.core"

local Plot = {}
Plot.__index = Plot

local COLOURS = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442" }
local SHAPES = { 7, 5, 9, 13, 11, 4, 6, 8 }

--- A gnuplot string: single quotes, in which nothing but the quote itself is special.
local function quoted(text)
    return "'" .. tostring(text):gsub("%c", " "):gsub("'", "''") .. "'"
end

local function add(lines, format, ...)
    table.insert(lines, format:format(...))
end

local function is_point(y)
    return type(y) == "number" and y == y and math.abs(y) ~= math.huge
end

--- The points of one series as a named data block.
local function add_data(lines, s, series)
    add(lines, "$series%d << end_of_series", s)
    for _, point in ipairs(series.points) do
        local x, y = point[1], point[2]
        table.insert(lines, is_point(y) and tools.digits(x) .. " " .. tools.digits(y) or "")
    end
    add(lines, "end_of_series")
end

local function add_axis(lines, name, axis)
    local label = axis.unit and ("%s (%s)"):format(axis.label or "", axis.unit) or axis.label or ""
    add(lines, "set %slabel %s noenhanced", name, quoted(label))
    if axis.log then add(lines, "set logscale %s", name) end
    add(lines, "set %srange [%s:%s]", name, axis.least and tools.digits(axis.least) or "*",
        axis.most and tools.digits(axis.most) or "*")
end

local STYLE = "$series%d using 1:2 with linespoints title %s noenhanced linewidth 2"
    .. " linecolor rgb '%s' pointtype %d"

--- How one series is drawn.
local function style(s, series)
    local colour, shape = COLOURS[(s - 1) % #COLOURS + 1], SHAPES[(s - 1) % #SHAPES + 1]
    local name = quoted(series.name or "series " .. s)
    return STYLE:format(s, name, colour, shape) .. (series.dashed and " dashtype 2" or "")
end

local terminals = {
    svg = "svg size %d,%d font 'Helvetica,14' background rgb 'white' noenhanced",
    png = "pngcairo size %d,%d font 'Helvetica,14' noenhanced",
}

--- The gnuplot commands that draw the plot into `path`.
function Plot:script(path)
    local terminal = terminals[path:match("%.(%w+)$")]
    local width, height = table.unpack(self.size or { 800, 500 })
    local lines, styles = {}, {}
    add(lines, "set terminal " .. terminal, width, height)
    add(lines, "set output %s", quoted(path))
    if self.title then add(lines, "set title %s noenhanced", quoted(self.title)) end
    add_axis(lines, "x", self.x or {})
    add_axis(lines, "y", self.y or {})
    add(lines, "set grid linecolor rgb '#cccccc'\nset key outside right top\nset border 3\nset tics nomirror")
    for s, series in ipairs(self.series) do
        add_data(lines, s, series)
        styles[s] = style(s, series)
    end
    add(lines, "plot %s", table.concat(styles, ", "))
    return table.concat(lines, "\n") .. "\n"
end

--- Run gnuplot on a script; nil and its complaint when it fails. The shell sees only the temporary name.
local function run(script)
    local path = os.tmpname()
    local written, message = core.write(path, script)
    local gnuplot = written and io.popen("gnuplot " .. path .. " 2>&1", "r")
    local said = gnuplot and gnuplot:read("a")
    local done = gnuplot and gnuplot:close()
    os.remove(path)
    return done, message or "gnuplot: " .. (said or "cannot be started"):gsub("%s+", " ")
end

--- Draw the plot as .svg or .png; true, or nil, message, code. On failure an old figure stays as it was.
function Plot:write(path)
    local ending = path:match("%.%w+$")
    if not terminals[(ending or "."):sub(2)] then
        return nil, path .. ": the name must end in .svg or .png", "invalid"
    end
    local temporary = path .. ".part" .. ending
    local writable, message, code = core.write(temporary, "") -- gnuplot would not notice
    if not writable then return nil, message, code end
    local done, complaint = run(self:script(temporary))
    if done then done, complaint = os.rename(temporary, path) end
    if not done then
        os.remove(temporary)
        return nil, path .. ": " .. complaint, "io"
    end
    return true
end

return function(description)
    if type(description) ~= "table" or type(description.series) ~= "table" or #description.series == 0 then
        error("bad argument #1 to 'plot' (a table with at least one series expected)", 2)
    end
    local self = {}
    for key, value in pairs(description) do self[key] = value end
    return setmetatable(self, Plot)
end
