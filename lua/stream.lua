-- SPDX-License-Identifier: GPL-3.0-or-later
-- Seeded streams of random numbers of several kinds, the same everywhere.

local random = require "finlab.random"

local Stream = {}
Stream.__index = Stream

--- Uniform in [0, 1).
function Stream:unit()
    return self.draw() * 0x1p-53
end

--- Uniform over the integers 1 to n.
function Stream:int(n)
    return self.draw() % n + 1
end

--- Normally distributed with mean 0 and deviation 1 (Box and Muller).
function Stream:normal()
    local radius = math.sqrt(-2 * math.log(1 - self:unit()))
    return radius * math.cos(2 * math.pi * self:unit())
end

--- Poisson distributed: how many arrivals of a unit rate fit into `mean`.
function Stream:poisson(mean)
    local count, left = 0, mean
    while true do
        left = left + math.log(1 - self:unit())
        if left < 0 then return count end
        count = count + 1
    end
end

--- The stream of a seed, an integer; `key`, a text, tells streams of one seed apart.
return function(seed, key)
    for i = 1, #key do seed = random(seed + key:byte(i))() end
    return setmetatable({ draw = random(seed) }, Stream)
end
