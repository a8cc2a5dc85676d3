-- SPDX-License-Identifier: GPL-3.0-or-later
-- Questions about tables of records: the answers' rows, and their columns unless those are the table's own.
--
-- What compares methods does so case by case. `of` is the field that names who is compared (default: method),
-- `value` the figure (default: energy; less is better), `by` the fields that say which case a row is; after a
-- sweep they are its parameters.

local core = require "finlab.core"
local stats = require "finlab.stats"

local analysis = {}

local function is_number(value)
    return type(value) == "number" and value == value
end

local function list_of(value)
    return type(value) == "table" and value or { value }
end

--- The values of some fields as one text; equal texts are equal values.
local function key_of(row, names)
    local parts = {}
    for i, name in ipairs(names) do parts[i] = row[name] == nil and "nil" or assert(core.json(row[name])) end
    return table.concat(parts, "\0")
end

--- The rows by the values of some fields, in the order in which those first occur: an array of {values,
-- rows}, which also knows each group by its key.
function analysis.groups(rows, names)
    local groups = {}
    for _, row in ipairs(rows) do
        local key = key_of(row, names)
        local group = groups[key]
        if not group then
            group = { values = {}, rows = {} }
            for _, name in ipairs(names) do group.values[name] = row[name] end
            groups[key] = group
            table.insert(groups, group)
        end
        table.insert(group.rows, row)
    end
    return groups
end

--- The numbers among the rows' values of a field, and how many rows have none.
local function numbers_of(rows, field)
    local numbers, missing = {}, 0
    for _, row in ipairs(rows) do
        if is_number(row[field]) then table.insert(numbers, row[field]) else missing = missing + 1 end
    end
    return numbers, missing
end

local REDUCERS = {
    mean = stats.mean, median = stats.median, sum = stats.sum,
    worst = function(numbers) return stats.sorted(numbers)[#numbers] end,
    least = function(numbers) return stats.sorted(numbers)[1] end,
    count = function(numbers) return #numbers end,
}

--- One row for each value of `rows`, one column for each value of `columns`; a cell is what `with` makes of
-- the numbers of `value` there: a function of their array, or mean (default), median, sum, worst, least,
-- count. `scale` and `format` are for the cells.
function analysis.pivot(self, options)
    local with = options.with or "mean"
    local reduce = type(with) == "function" and with or REDUCERS[with]
    if not reduce then error(("pivot: with cannot be %q"):format(tostring(with)), 3) end
    local names, across, value = list_of(options.rows), options.columns, options.value or "energy"
    local rows, columns, column_of = {}, table.move(names, 1, #names, 1, {}), {}
    for c, group in ipairs(analysis.groups(self.rows, { across })) do
        local key, title = "column " .. c, tostring(group.values[across])
        columns[#names + c] = { key = key, title = title, scale = options.scale, format = options.format }
        column_of[key_of(group.values, { across })] = key
    end
    for r, group in ipairs(analysis.groups(self.rows, names)) do
        rows[r] = group.values
        for _, cell in ipairs(analysis.groups(group.rows, { across })) do
            local numbers = numbers_of(cell.rows, value)
            if #numbers > 0 then rows[r][column_of[key_of(cell.values, { across })]] = reduce(numbers) end
        end
    end
    return rows, columns
end

--- For each combination of the fields `by` (default: method): how many rows have the value and how many not,
-- mean and its bootstrap interval (`confidence`, `resamples`), median, quantiles, least and worst.
function analysis.summary(self, options)
    options = options or {}
    local by, value = list_of(options.by or "method"), options.value or "energy"
    local rows, quantiles = {}, options.quantiles or { 0.05, 0.25, 0.75, 0.95 }
    for g, group in ipairs(analysis.groups(self.rows, by)) do
        local row, numbers, missing = group.values, numbers_of(group.rows, value)
        row.missing = missing
        local ascending = stats.sorted(numbers)
        row.n, row.mean, row.deviation = #numbers, stats.mean(numbers), stats.deviation(numbers)
        row.low, row.high = stats.bootstrap(numbers, options)
        row.median, row.least, row.worst = stats.quantile(ascending, 0.5), ascending[1], ascending[#ascending]
        for _, q in ipairs(quantiles) do row[("q%g"):format(100 * q)] = stats.quantile(ascending, q) end
        rows[g] = row
    end
    local columns = table.move(by, 1, #by, 1, {})
    for _, name in ipairs { "n", "missing", "mean", "low", "high", "deviation", "median" } do
        table.insert(columns, name)
    end
    for _, q in ipairs(quantiles) do table.insert(columns, ("q%g"):format(100 * q)) end
    table.insert(columns, "least")
    table.insert(columns, "worst")
    return rows, columns
end

-- Case by case --------------------------------------------------------------------------------------------

--- The fields that say which case a row is, all but `of`.
local function identity(self, options, of)
    if options.by then return list_of(options.by) end
    local names = {}
    for name in pairs(self.parameters or {}) do
        if name ~= of then table.insert(names, name) end
    end
    if not self.parameters then error("by is needed: the fields that say which case a row is", 4) end
    table.sort(names)
    return names
end

--- The values of each case by who has them: an array of tables, and everyone in the order of occurrence.
local function cases_of(self, options)
    local of, value = options.of or "method", options.value or "energy"
    local names, everyone, cases = identity(self, options, of), {}, {}
    for _, group in ipairs(analysis.groups(self.rows, { of })) do table.insert(everyone, group.values[of]) end
    for c, group in ipairs(analysis.groups(self.rows, names)) do
        cases[c] = {}
        for _, row in ipairs(group.rows) do
            local who = row[of]
            if who ~= nil and cases[c][who] ~= nil then
                error(("%s has two values in the case %s"):format(tostring(who), key_of(row, names)), 4)
            end
            if who ~= nil and is_number(row[value]) then cases[c][who] = row[value] end
        end
    end
    return cases, everyone, of
end

--- Every row with one field more, `as`: the value that the row with the field `to` has in the same case, as
-- in relate { to = { method = "exact" }, as = "optimum" }.
function analysis.relate(self, options)
    local to, value, as = options.to, options.value or "energy", options.as or "reference"
    local of = next(to)
    local names, references, rows = identity(self, options, of), {}, {}
    for _, row in ipairs(self.rows) do
        if row[of] == to[of] then references[key_of(row, names)] = row[value] end
    end
    for r, row in ipairs(self.rows) do
        rows[r] = {}
        for name, known in pairs(row) do rows[r][name] = known end
        rows[r][as] = references[key_of(row, names)]
    end
    local columns = self.own_columns and table.move(self.own_columns, 1, #self.own_columns, 1, {})
    if columns then table.insert(columns, as) end
    return rows, columns
end

--- Take one case into a row of distance(): its value and bound beside the reference.
local function measure(row, case, value, reference)
    local bound, same = case.bound, is_number(value) and stats.same(value, reference)
    row.cases = row.cases + 1
    if same then row.same = row.same + 1 end
    if not is_number(value) then
        row.missing = row.missing + 1
    elseif reference > 0 then
        local gap = same and 0.0 or value / reference - 1
        if not row.worst or gap > row.worst then row.worst, row.worst_case = gap, case end
        table.insert(row.gaps, gap)
    end
    if is_number(bound) then
        table.insert(row.below, stats.same(bound, reference) and 0.0 or 1 - bound / reference)
    end
end

--- How far each of the compared is from the one in `to`, over the cases in which that has a value: cases, how
-- many of them without a value and how many with the same; the gaps value / reference - 1 (0 when the same;
-- none over a reference of 0) as mean, median, 95 % quantile and worst, `worst_case` the row of that; of the
-- bounds, how many are the reference and how far below it they are on average, relatively. `gaps` has all of
-- them, ascending.
function analysis.distance(self, options)
    local of, value, rows = next(options.to), options.value or "energy", {}
    local related = analysis.relate(self, {
        to = options.to, value = value, by = identity(self, options, of), as = "reference",
    })
    for g, group in ipairs(analysis.groups(related, { of })) do
        local row = { [of] = group.values[of], cases = 0, missing = 0, same = 0, gaps = {}, below = {} }
        for _, case in ipairs(group.rows) do
            if is_number(case.reference) then measure(row, case, case[value], case.reference) end
        end
        local tight = 0
        for _, below in ipairs(row.below) do tight = tight + (below == 0 and 1 or 0) end
        row.bounds, row.tight, row.below = #row.below, tight, stats.mean(row.below)
        row.gaps = stats.sorted(row.gaps)
        row.mean, row.median = stats.mean(row.gaps), stats.quantile(row.gaps, 0.5)
        row.q95, rows[g] = stats.quantile(row.gaps, 0.95), row
    end
    return rows, {
        of, "cases", "missing", "same", "mean", "median", "q95", "worst", "bounds", "tight", "below",
    }
end

--- How many times the best a value is; infinite without one.
local function ratio_to(best, value)
    if value == nil then return math.huge end
    if stats.same(value, best) then return 1.0 end
    return best > 0 and value / best or math.huge
end

--- The performance profile (Dolan and Moré, 2002): for each of the compared, the share of the cases in which
-- its value is at most `ratio` times the best one there, at every ratio where that share changes. Cases in
-- which nobody has a value do not count.
function analysis.profile(self, options)
    local cases, everyone, of = cases_of(self, options or {})
    local ratios, n, rows = {}, 0, {}
    for _, who in ipairs(everyone) do ratios[who] = {} end
    for _, case in ipairs(cases) do
        local best
        for _, value in pairs(case) do best = math.min(best or value, value) end
        if best then
            n = n + 1
            for _, who in ipairs(everyone) do table.insert(ratios[who], ratio_to(best, case[who])) end
        end
    end
    for _, who in ipairs(everyone) do
        local ascending = stats.sorted(ratios[who])
        if ascending[1] ~= 1 then table.insert(rows, { [of] = who, ratio = 1.0, share = 0.0 }) end
        for i, ratio in ipairs(ascending) do
            if ratio < math.huge and ascending[i + 1] ~= ratio then
                table.insert(rows, { [of] = who, ratio = ratio, share = i / n })
            end
        end
    end
    return rows, { of, "ratio", "share" }
end

--- One pair: a's change over b in the cases in which both have a value.
local function compare_pair(cases, a, b, options)
    local row = { a = a, b = b, pairs = 0, wins = 0, ties = 0, losses = 0, only_a = 0, only_b = 0 }
    local changes = {}
    for _, case in ipairs(cases) do
        local x, y = case[a], case[b]
        if x and y then
            local same = stats.same(x, y)
            local outcome = same and "ties" or x < y and "wins" or "losses"
            row.pairs, row[outcome] = row.pairs + 1, row[outcome] + 1
            if same or y ~= 0 then table.insert(changes, same and 0.0 or x / y - 1) end
        elseif x then
            row.only_a = row.only_a + 1
        elseif y then
            row.only_b = row.only_b + 1
        end
    end
    row.mean, row.median = stats.mean(changes), stats.median(changes)
    row.worst = stats.sorted(changes)[#changes]
    row.low, row.high = stats.bootstrap(changes, options)
    row.p = stats.sign_test(row.wins, row.losses)
    return row
end

--- `a` (default: everyone else, a row each) against `b`, case by case: in how many a is less, the same and
-- more, how many only one of them answers, a / b - 1 as mean with its bootstrap interval, as median and at
-- its worst, and the p value of the sign test.
function analysis.compare(self, options)
    local cases, everyone = cases_of(self, options)
    local rows = {}
    for _, a in ipairs(options.a and list_of(options.a) or everyone) do
        if a ~= options.b then table.insert(rows, compare_pair(cases, a, options.b, options)) end
    end
    return rows, {
        "a", "b", "pairs", "wins", "ties", "losses", "only_a", "only_b", "mean", "low", "high", "median",
        "worst", "p",
    }
end

return analysis
