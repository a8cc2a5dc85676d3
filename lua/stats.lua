-- SPDX-License-Identifier: GPL-3.0-or-later
-- Statistics of arrays of numbers. Nothing here knows records; an empty array has no mean (nil).

local random = require "finlab.random"

local stats = {}

local SAME = 1e-9 -- relative: what counts as the same energy, as everywhere in finlab

--- Whether two numbers are the same to the accuracy of energies.
function stats.same(a, b)
    return a == b or math.abs(a - b) <= SAME * math.max(math.abs(a), math.abs(b))
end

--- The numbers in ascending order.
function stats.sorted(numbers)
    local copied = table.move(numbers, 1, #numbers, 1, {})
    table.sort(copied)
    return copied
end

--- The sum, with the rounding errors carried along (Neumaier).
function stats.sum(numbers)
    local sum, lost = 0.0, 0.0
    for _, x in ipairs(numbers) do
        local next = sum + x
        lost = lost + (math.abs(sum) >= math.abs(x) and (sum - next) + x or (x - next) + sum)
        sum = next
    end
    return sum + lost
end

function stats.mean(numbers)
    return #numbers > 0 and stats.sum(numbers) / #numbers or nil
end

--- The quantile q (0 to 1) of ascending numbers: linear between the two nearest, as R's type 7.
function stats.quantile(ascending, q)
    if #ascending == 0 then return nil end
    local at = 1 + (#ascending - 1) * q
    local low = math.floor(at)
    local below, above = ascending[low], ascending[math.min(low + 1, #ascending)]
    return below + (at - low) * (above - below)
end

function stats.median(numbers)
    return stats.quantile(stats.sorted(numbers), 0.5)
end

--- The sample's standard deviation (n - 1).
function stats.deviation(numbers)
    if #numbers < 2 then return nil end
    local mean, squares = stats.mean(numbers), {}
    for i, x in ipairs(numbers) do squares[i] = (x - mean) ^ 2 end
    return math.sqrt(stats.sum(squares) / (#numbers - 1))
end

--- The percentile bootstrap's interval for a statistic (default: the mean): low, high; nil without numbers.
-- `options`: confidence (0.95), resamples (1000), seed (1), statistic.
function stats.bootstrap(numbers, options)
    if #numbers == 0 then return nil end
    options = options or {}
    local statistic, confidence = options.statistic or stats.mean, options.confidence or 0.95
    local draw, found, sample = random(options.seed or 1), {}, {}
    for r = 1, options.resamples or 1000 do
        for i = 1, #numbers do sample[i] = numbers[draw() % #numbers + 1] end
        found[r] = statistic(sample)
    end
    table.sort(found)
    return stats.quantile(found, (1 - confidence) / 2), stats.quantile(found, (1 + confidence) / 2)
end

--- The two-sided sign test: how likely so uneven a count of wins and losses is by chance.
function stats.sign_test(wins, losses)
    local n, least = wins + losses, math.min(wins, losses)
    local term, tail = -n * math.log(2), 0.0 -- log of C(n, k) / 2^n
    for k = 0, least do
        tail = tail + math.exp(term)
        term = term + math.log((n - k) / (k + 1))
    end
    return math.min(1, 2 * tail)
end

return stats
