-- SPDX-License-Identifier: GPL-3.0-or-later
-- Progress on standard error: local bar = fl.progress(total, label); bar:step(); bar:finish().
-- On a terminal one line that is redrawn, with the time left; elsewhere a line now and then.

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

--- What there is to say now.
function Progress:text()
    local passed = core.clock() - self.start
    local share = self.total > 0 and math.min(self.done / self.total, 1) or 1
    local left = share > 0 and duration(passed * (1 - share) / share) .. " left" or "starting"
    if share == 1 then left = "took " .. duration(passed) end
    local filled = math.floor(share * WIDTH)
    local bar = self.terminal and "[" .. ("#"):rep(filled) .. (" "):rep(WIDTH - filled) .. "] " or ""
    local label = self.label and self.label .. " " or ""
    return ("%s%s%d/%d (%d %%), %s"):format(label, bar, self.done, self.total, math.floor(share * 100), left)
end

local function show(self)
    self.shown = core.clock()
    io.stderr:write(self.terminal and "\r\27[K" .. self:text() or self:text() .. "\n")
end

--- One step more, or `n` steps.
function Progress:step(n)
    self.done = self.done + (n or 1)
    if core.clock() - self.shown >= (self.terminal and REDRAW or LINE) then show(self) end
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
        total = math.ceil(total), done = 0, label = label,
        start = now, shown = now, terminal = core.terminal(),
    }, Progress)
end
