-- SPDX-License-Identifier: GPL-3.0-or-later
-- Small things that experiments need: comparing results, ranges of numbers, numbers as text.

local tools = {}

--- How results compare as a / b, or nil and why they do not.
local function ratio(what, a, b)
    for position, result in ipairs { a or false, b or false } do
        if type(result) ~= "table" then
            error(("bad argument #%d to '%s' (a result expected)"):format(position, what), 3)
        end
        if type(result.energy) ~= "number" then
            return nil, ("%s: result %d (%s) has no energy: %s"):format(what, position,
                tostring(result.method), tostring(result.status)), "invalid"
        end
    end
    if a.energy == 0 and b.energy == 0 then return 1 end
    return a.energy / b.energy
end

--- By how much a's energy exceeds b's: a.energy / b.energy - 1.
function tools.gap(a, b)
    local r, message, code = ratio("gap", a, b)
    if not r then return nil, message, code end
    return r - 1
end

--- The part of b's energy that a saves: 1 - a.energy / b.energy.
function tools.saving(a, b)
    local r, message, code = ratio("saving", a, b)
    if not r then return nil, message, code end
    return 1 - r
end

local MOST_STEPS = 10000000
local END = 1e-9 -- of a step: how near the end must be to count as reached

--- The numbers from, from + step, ... up to `to`, which is included when a step lands on it.
function tools.range(from, to, step)
    step = step or 1
    for position = 1, 3 do
        local kind = type(select(position, from, to, step))
        if kind ~= "number" then
            error(("bad argument #%d to 'range' (number expected, got %s)"):format(position, kind), 2)
        end
    end
    local steps = (to - from) / step
    if not (step ~= 0 and steps < MOST_STEPS) then
        error("range: the step does not lead from the start to the end", 2)
    end
    local numbers = {}
    for i = 0, math.floor(steps + END) do numbers[i + 1] = from + i * step end
    local last = numbers[#numbers]
    if last and math.abs(last - to) <= END * math.abs(step) then numbers[#numbers] = to end
    return numbers
end

--- A number with all its digits, whatever the locale.
function tools.digits(number)
    if math.type(number) == "integer" then return tostring(number) end
    return (("%.17g"):format(number):gsub(",", "."))
end

return tools
