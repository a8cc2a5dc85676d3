-- SPDX-License-Identifier: GPL-3.0-or-later
-- Progress on standard error: local bar = fl.progress(total, label); bar:step(); bar:finish().
-- On a terminal one line that is redrawn, with the pace and the time left; elsewhere a line now and then.

local core = require "finlab.core"

local Progress = {}
Progress.__index = Progress

local REDRAW, LINE = 0.1, 30 -- seconds between updates on a terminal and elsewhere
local WIDTH = 30             -- characters of the bar

--- 75 -> "1:15", 3675 -> "1:01:15".
local function duration(seconds)
    seconds = math.floor(seconds + 0.5)
    local h, m, s = seconds // 3600, seconds // 60 % 60, seconds % 60
    return h > 0 and ("%d:%02d:%02d"):format(h, m, s) or ("%d:%02d"):format(m, s)
end

--- "12.5/s", "90/min", "2/h": what the pace is, in a unit that gives it digits.
local function pace(steps, seconds)
    local rate = steps / math.max(seconds, REDRAW)
    if rate >= 1 then return ("%.3g/s"):format(rate) end
    if rate * 60 >= 1 then return ("%.2g/min"):format(rate * 60) end
    return ("%.2g/h"):format(rate * 3600)
end

--- What is left, by the pace of the steps that took time.
local function time_left(self, passed)
    if self.done >= self.total then return "took " .. duration(passed) end
    local worked = self.done - self.kept
    if worked <= 0 then return "starting" end
    return ("%s, %s left"):format(pace(worked, passed), duration(passed * (self.total - self.done) / worked))
end

--- What there is to say now.
function Progress:text()
    local share = self.total > 0 and math.min(self.done / self.total, 1) or 1
    local filled = math.floor(share * WIDTH)
    local bar = self.terminal and "[" .. ("#"):rep(filled) .. (" "):rep(WIDTH - filled) .. "] " or ""
    local label = self.label and self.label .. " " or ""
    local kept = self.kept > 0 and (", %d were done"):format(self.kept) or ""
    local failed = self.failed > 0 and (", %d failed"):format(self.failed) or ""
    return ("%s%s%d/%d (%d %%), %s%s%s"):format(label, bar, self.done, self.total, math.floor(share * 100),
        time_left(self, core.clock() - self.start), kept, failed)
end

local function show(self)
    self.shown = core.clock()
    io.stderr:write(self.terminal and "\r\27[K" .. self:text() or self:text() .. "\n")
end

--- Show where things are, if that is due.
function Progress:refresh()
    if core.clock() - self.shown >= (self.terminal and REDRAW or LINE) then show(self) end
end

--- One step more, or `n` steps; `what.kept`: they were done before, `what.failed`: they failed.
function Progress:step(n, what)
    n = n or 1
    self.done = self.done + n
    if what and what.kept then self.kept = self.kept + n end
    if what and what.failed then self.failed = self.failed + n end
    self:refresh()
end

--- Show the last state and end the line.
function Progress:finish()
    show(self)
    if self.terminal then io.stderr:write("\n") end
end

return function(total, label)
    if type(total) ~= "number" then error("bad argument #1 to 'progress' (number expected)", 2) end
    local now = core.clock()
    return setmetatable({
        total = math.ceil(total), done = 0, kept = 0, failed = 0, label = label,
        start = now, shown = now, terminal = core.terminal(),
    }, Progress)
end
