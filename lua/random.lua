-- SPDX-License-Identifier: GPL-3.0-or-later
-- Seeded random numbers, the same everywhere (splitmix64), without Lua's global state.

--- A function that draws integers of 53 bits.
return function(seed)
    local state = seed
    return function()
        state = state + 0x9e3779b97f4a7c15
        local z = (state ~ state >> 30) * 0xbf58476d1ce4e5b9
        z = (z ~ z >> 27) * 0x94d049bb133111eb
        return (z ~ z >> 31) >> 11
    end
end
