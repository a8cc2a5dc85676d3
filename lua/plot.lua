-- SPDX-License-Identifier: GPL-3.0-or-later
-- Plots by gnuplot: fl.plot { kind = , x = , y = , series = }:write "out/figure.svg". LAB.md is the manual.
--
-- `kind` is one of drawings.lua, default "lines". `x`, `y` and `z` (colours) are {label, unit, log, least,
-- most, tics}: "label (unit)" stands at the axis, `log` makes it logarithmic, least and most bound it,
-- `tics` is an array of numbers. `series` is an array of {name, points = {{x, y}, ...}, dashed}, or of
-- {name, values} for box and violin; for bands points are {x, y, low, high}; a point without y (nil or NaN)
-- leaves a gap in a line. `title` and `size` = {width, height} in pixels are optional.

local core = require "finlab.core"
local drawings = require "finlab.drawings"
local tools = require "finlab.tools"

local Plot = {}
Plot.__index = Plot

local SIZE = { 800, 500 }

local function add_axis(lines, name, axis)
    local label = axis.unit and ("%s (%s)"):format(axis.label or "", axis.unit) or axis.label or ""
    table.insert(lines, ("set %slabel %s noenhanced"):format(name, drawings.quoted(label)))
    if axis.log then table.insert(lines, ("set logscale %s"):format(name)) end
    if axis.tics then
        table.insert(lines, ("set %stics (%s)"):format(name, table.concat(axis.tics, ", ")))
    end
    table.insert(lines, ("set %srange [%s:%s]"):format(name, axis.least and tools.digits(axis.least) or "*",
        axis.most and tools.digits(axis.most) or "*"))
end

local INCH = 96 -- pixels

local terminals = { -- by the file's ending; PNG has two dots for each pixel
    svg = function(width, height)
        return ("svg size %d,%d font 'Helvetica,14' background rgb 'white' noenhanced"):format(width, height)
    end,
    png = function(width, height)
        return ("pngcairo size %d,%d font 'Helvetica,14' fontscale 2 linewidth 2 pointscale 2"
            .. " noenhanced"):format(2 * width, 2 * height)
    end,
    pdf = function(width, height)
        return ("pdfcairo size %.3fin,%.3fin font 'Helvetica,10.5' noenhanced"):format(width / INCH,
            height / INCH)
    end,
}

local STYLE = [[
set grid linecolor rgb '#dddddd' linewidth 1
set border 3 linecolor rgb '#444444'
set tics nomirror textcolor rgb '#000000'
set style fill solid 1
unset key]]

--- The gnuplot commands that draw the plot in a format, to where gnuplot's output goes.
local function commands(self, ending, output)
    local width, height = table.unpack(self.size or SIZE)
    local lines = { "set terminal " .. terminals[ending](width, height), STYLE }
    if output then table.insert(lines, 2, "set output " .. drawings.quoted(output)) end
    if self.title then
        table.insert(lines, ("set title %s noenhanced"):format(drawings.quoted(self.title)))
    end
    add_axis(lines, "x", self.x or {})
    add_axis(lines, "y", self.y or {})
    if self.z then add_axis(lines, "cb", self.z) end
    local elements = drawings[self.kind or "lines"](self, lines)
    table.insert(lines, "plot " .. table.concat(elements, ", "))
    return table.concat(lines, "\n") .. "\n"
end

--- The gnuplot commands that draw the plot into `path`.
function Plot:script(path)
    return commands(self, path:match("%.(%w+)$"), path)
end

--- What a temporary file holds, which is removed.
local function take(path)
    local file = io.open(path, "rb")
    local text = file and file:read("a")
    if file then file:close() end
    os.remove(path)
    return text or ""
end

--- What gnuplot draws by a script; nil and its complaint when it fails. It draws into a pipe: into a file on
-- a full disk it draws half a figure and sees nothing wrong. The shell sees only temporary names.
local function draw(script)
    local path, complaints = os.tmpname(), os.tmpname()
    local written, message = core.write(path, script)
    local gnuplot = written and io.popen(("gnuplot %s 2>%s"):format(path, complaints), "r")
    local drawn = gnuplot and gnuplot:read("a")
    local done = gnuplot and gnuplot:close()
    local said = take(complaints)
    os.remove(path)
    if done then return drawn end
    return nil, message or "gnuplot: " .. (gnuplot and said or "cannot be started"):gsub("%s+", " ")
end

--- Draw the plot as .svg, .png or .pdf; true, or nil, message, code. On failure an old figure stays.
function Plot:write(path)
    local ending = path:match("%.(%w+)$")
    if not terminals[ending or ""] then
        return nil, path .. ": the name must end in .svg, .png or .pdf", "invalid"
    end
    local drawn, complaint = draw(commands(self, ending))
    if not drawn then return nil, path .. ": " .. complaint, "io" end
    return core.write(path, drawn)
end

return function(description)
    if type(description) ~= "table" or type(description.series) ~= "table" or #description.series == 0 then
        error("bad argument #1 to 'plot' (a table with at least one series expected)", 2)
    end
    if not drawings.is_kind(description.kind or "lines") then
        error(("plot: there is no kind %q"):format(tostring(description.kind)), 2)
    end
    local self = {}
    for key, value in pairs(description) do self[key] = value end
    return setmetatable(self, Plot)
end
