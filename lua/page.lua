-- SPDX-License-Identifier: GPL-3.0-or-later
-- A store as one HTML page: fl.page(path, options):write "report.html". Nothing is loaded from anywhere, and
-- whatever the data holds is text: it goes through markup.escape, or as JSON into the script's textContent.

local core = require "finlab.core"
local markup = require "finlab.markup"
local picture = require "finlab.picture"
local script = require "finlab.page_script"
local sketch = require "finlab.sketch"
local stats = require "finlab.stats"
local store = require "finlab.store"
local style = require "finlab.page_style"

local Page = {}
Page.__index = Page

local fill, quantity = markup.fill, markup.quantity

local UNITS = {
    deadline = "s", latency = "s", seconds = "s", energy = "J", bound = "J", claimed = "J", power = "W",
}
local RESULTS = { -- the order of a record's columns, after the parameters
    "status", "energy", "latency", "accuracy", "result_accuracy", "bound", "gap", "power", "served",
    "claimed", "seconds", "plan", "error",
}
local HIDDEN = { key = true, instance = true, finished = true, version = true, sweep = true, stop = true }
local PLOT = { 520, 370 } -- pixels
local MOST_PLANS, MOST_AXES = 6, 3
local WIDE = 30 -- a ratio from which on a logarithmic axis reads better

-- Counting ------------------------------------------------------------------------------------------------

local function add(lines, pattern, ...)
    table.insert(lines, fill(pattern, ...) .. "\n")
end

local function is_number(value)
    return type(value) == "number" and value == value and math.abs(value) ~= math.huge
end

--- The distinct values of a field in the order of their names.
local function distinct(rows, field)
    local seen, values = {}, {}
    for _, row in ipairs(rows) do
        local value = row[field]
        if value ~= nil and not seen[value] then
            seen[value] = true
            table.insert(values, value)
        end
    end
    table.sort(values, function(a, b)
        if type(a) == type(b) and type(a) ~= "boolean" then return a < b end
        return tostring(a) < tostring(b)
    end)
    return values
end

--- "1, 2, 3 and 7 more"
local function listing(values, most)
    local shown = {}
    for i = 1, math.min(#values, most) do shown[i] = tostring(values[i]) end
    local rest = #values > most and (" and %d more"):format(#values - most) or ""
    return #values == 0 and "none" or table.concat(shown, ", ") .. rest
end

--- Which case each row is: the parameters without the method, as one text.
local function case_keys(rows, parameters)
    local names, keys = {}, {}
    for name in pairs(parameters) do
        if name ~= "method" then table.insert(names, name) end
    end
    table.sort(names)
    for _, row in ipairs(rows) do
        local parts = {}
        for i, name in ipairs(names) do parts[i] = ("%s=%s"):format(name, tostring(row[name])) end
        keys[row] = table.concat(parts, "\0")
    end
    return keys
end

--- The least energy of every case.
local function best_energies(rows, keys)
    local best = {}
    for _, row in ipairs(rows) do
        if is_number(row.energy) then best[keys[row]] = math.min(best[keys[row]] or math.huge, row.energy) end
    end
    return best
end

--- The rows of the cases in which every method that ever found a plan found one, and how many cases they are.
local function common_rows(table_of_rows)
    local rows, methods, found, solved, cases = table_of_rows.rows, {}, 0, {}, 0
    local keys = case_keys(rows, table_of_rows.parameters or {})
    for _, row in ipairs(rows) do
        if is_number(row.energy) then
            if not methods[row.method] then methods[row.method], found = true, found + 1 end
            solved[keys[row]] = (solved[keys[row]] or 0) + 1
        end
    end
    for _, count in pairs(solved) do
        if count == found then cases = cases + 1 end
    end
    return table_of_rows:filter(function(row) return solved[keys[row]] == found end), cases
end

--- How a method did: counts, how far it is above the best of each case, and its time.
local function method_summary(name, rows, best, keys)
    local summary = { name = name, cases = 0, plans = 0, optimal = 0, infeasible = 0, failed = 0 }
    local above, seconds = {}, {}
    for _, row in ipairs(rows) do
        if row.method == name then
            summary.cases = summary.cases + 1
            if is_number(row.energy) then
                summary.plans = summary.plans + 1
                local least = best[keys[row]]
                table.insert(above, least > 0 and row.energy / least - 1 or 0)
            end
            if row.status == "optimal" then summary.optimal = summary.optimal + 1 end
            if row.status == "infeasible" then summary.infeasible = summary.infeasible + 1 end
            if row.error then summary.failed = summary.failed + 1 end
            if is_number(row.seconds) and not row.error then table.insert(seconds, row.seconds) end
        end
    end
    summary.mean, summary.seconds = #above > 0 and stats.mean(above), #seconds > 0 and stats.median(seconds)
    for _, value in ipairs(above) do summary.worst = math.max(summary.worst or 0, value) end
    return summary
end

-- Parts of a section --------------------------------------------------------------------------------------

local function add_headline(lines, rows, methods)
    local counts = { plans = 0, failed = 0, seconds = 0 }
    for _, row in ipairs(rows) do
        if is_number(row.energy) then counts.plans = counts.plans + 1 end
        if row.error then counts.failed = counts.failed + 1 end
        if is_number(row.seconds) then counts.seconds = counts.seconds + row.seconds end
    end
    add(lines, '<dl class="cards">')
    for _, card in ipairs {
        { "rows", #rows }, { "methods", #methods }, { "instances", #distinct(rows, "instance") },
        { "with a plan", counts.plans }, { "failed", counts.failed },
        { "time of all methods", quantity(counts.seconds, "s") },
    } do
        add(lines, "<div><dt>%s</dt><dd>%s</dd></div>", card[1], tostring(card[2]))
    end
    add(lines, "</dl>")
end

local METHOD_HEADINGS = {
    "method", "cases", "plan found", "proven optimal", "proven infeasible", "failed", "mean above the best",
    "worst above the best", "median time",
}

local function add_methods(lines, rows, methods, parameters)
    if #methods == 0 then return end
    local keys = case_keys(rows, parameters)
    local best = best_energies(rows, keys)
    add(lines, '<h3>Methods</h3>\n<div class="scroll"><table class="methods"><thead><tr>')
    for _, heading in ipairs(METHOD_HEADINGS) do add(lines, '<th scope="col">%s</th>', heading) end
    add(lines, "</tr></thead><tbody>")
    for _, name in ipairs(methods) do
        local s = method_summary(name, rows, best, keys)
        add(lines, '<tr><th scope="row">%s</th>', name)
        for _, cell in ipairs { s.cases, s.plans, s.optimal, s.infeasible, s.failed } do
            add(lines, "<td>%d</td>", cell)
        end
        add(lines, "<td>%s</td><td>%s</td><td>%s</td></tr>", markup.percent(s.mean), markup.percent(s.worst),
            quantity(s.seconds, "s"))
    end
    add(lines, '</tbody></table></div>\n<p class="note">Above the best: energy relative to the least that '
        .. "any method here found in the same case, over the cases in which the method found a plan.</p>")
end

--- Whether a field's positive values span so much that they need a logarithmic axis.
local function is_wide(rows, field)
    local least, most = math.huge, 0
    for _, row in ipairs(rows) do
        local value = row[field]
        if is_number(value) then least, most = math.min(least, value), math.max(most, value) end
    end
    return least > 0 and least < math.huge and most / least > WIDE
end

--- The parameters that are numbers and have several values: what lines are drawn over.
local function numeric_axes(rows, parameters)
    local axes = {}
    for name in pairs(parameters) do
        local values = name ~= "seed" and name ~= "repetition" and distinct(rows, name) or {}
        local numeric = #values >= 3
        for _, value in ipairs(values) do numeric = numeric and is_number(value) end
        if numeric then table.insert(axes, name) end
    end
    table.sort(axes)
    return axes
end

--- An axis whose unit has the prefix that suits the largest value.
local function axis_of(rows, key, label)
    local most, unit = 0, UNITS[key]
    if not unit then return { key = key, label = label } end
    for _, row in ipairs(rows) do
        if is_number(row[key]) then most = math.max(most, math.abs(row[key])) end
    end
    local divisor, prefix = markup.prefix(most)
    return { key = key, label = label, unit = prefix .. unit, scale = 1 / divisor, log = is_wide(rows, key) }
end

--- How wide boxes must stand so that their names do not touch.
local function box_width(methods)
    local longest = 0
    for _, name in ipairs(methods) do longest = math.max(longest, utf8.len(name) or #name) end
    return math.min(math.max(PLOT[1], 100 + #methods * (9 * longest + 10)), 1400)
end

--- The plots that the rows allow, as {caption, rows, options}.
local function plots_of(table_of_rows, methods)
    local plots = {}
    if #methods > 1 then
        table.insert(plots, { "How often a method is within a factor of the best", table_of_rows,
            { kind = "profile" } })
    end
    local common, cases = common_rows(table_of_rows)
    for i, axis in ipairs(numeric_axes(table_of_rows.rows, table_of_rows.parameters or {})) do
        if i <= MOST_AXES and cases > 0 then
            local caption = "Mean energy by %s, over the %d cases in which all methods found a plan"
            local x = axis_of(common.rows, axis)
            x.log = false
            table.insert(plots, { caption:format(axis, cases), common,
                { x = x, y = axis_of(common.rows, "energy") } })
        end
    end
    local timed = table_of_rows:filter(function(row) return not row.error end)
    table.insert(plots, { "Time of a case", timed, {
        kind = "box", y = axis_of(timed.rows, "seconds", "time"), size = { box_width(methods), PLOT[2] },
    } })
    return plots
end

--- A plot's SVG; nil when the rows have nothing to draw.
local function drawn(rows, options)
    local path = os.tmpname()
    os.remove(path)
    path = path .. ".svg"
    local done, written = pcall(function() return rows:plot(options):write(path) end)
    local file = done and written and io.open(path, "rb")
    local text = file and file:read "a"
    if file then file:close() end
    os.remove(path)
    return text
end

--- An image with everything in its address, so that it can neither load nor run anything.
local function data_address(svg)
    return "data:image/svg+xml," .. svg:gsub("[^%w%-_.~]", function(character)
        return ("%%%02X"):format(character:byte())
    end)
end

local function add_plots(lines, table_of_rows, methods, with_plots)
    if #methods == 0 then return end
    add(lines, "<h3>Plots</h3>")
    if not with_plots then
        add(lines, '<p class="note">There are no plots: gnuplot does not run where this page was made.</p>')
        return
    end
    add(lines, '<div class="figures">')
    for _, plot in ipairs(plots_of(table_of_rows, methods)) do
        local size = plot[3].size or PLOT
        plot[3].size = size
        local svg = drawn(plot[2], plot[3])
        if svg then
            add(lines, '<figure><figcaption>%s</figcaption><div class="scroll"><img alt="%s" width="%d" '
                .. 'height="%d" style="min-width: %dpx; max-width: %dpx" src="%s"></div></figure>', plot[1],
                plot[1], size[1], size[2], size[1] * 5 // 8, size[1] * 5 // 4, data_address(svg))
        end
    end
    add(lines, "</div>")
end

-- Plans ---------------------------------------------------------------------------------------------------

--- The instance of a row among those given: one of them, or one with the row's deadline and target.
local function instance_of(row, instances)
    for _, inst in ipairs(instances) do
        local changes = {}
        for _, name in ipairs { "deadline", "accuracy", "rate" } do changes[name] = row[name] end
        for _, candidate in ipairs { inst, (inst:with(changes)) } do
            if core.digest(assert(candidate:json())) == row.instance then return candidate end
        end
    end
end

--- The different plans of the rows, the most frequent first: {text, count, row, methods}.
local function frequent_plans(rows)
    local by_text, plans = {}, {}
    for _, row in ipairs(rows) do
        local text = type(row.plan) == "table" and #row.plan > 0 and sketch.text(row.plan)
        if text then
            if not by_text[text] then
                by_text[text] = { text = text, count = 0, row = row, rows = {} }
                table.insert(plans, by_text[text])
            end
            by_text[text].count = by_text[text].count + 1
            table.insert(by_text[text].rows, row)
        end
    end
    for position, plan in ipairs(plans) do plan.position = position end
    table.sort(plans, function(a, b)
        if a.count ~= b.count then return a.count > b.count end
        return a.position < b.position
    end)
    return plans
end

local function add_plans(lines, rows, instances)
    local plans = frequent_plans(rows)
    if #plans == 0 then return end
    add(lines, '<h3>Plans</h3>\n<p class="note">%d different plans were found; %s.</p>', #plans,
        #plans > MOST_PLANS and ("the %d most frequent"):format(MOST_PLANS) or "all of them")
    add(lines, '<div class="figures">')
    for i = 1, math.min(#plans, MOST_PLANS) do
        local plan = plans[i]
        local inst = instance_of(plan.row, instances)
        local drawing = inst and picture(inst, plan.row.plan)
        add(lines, "<figure><figcaption>%s: in %d %s, by %s</figcaption>", plan.text, plan.count,
            plan.count == 1 and "row" or "rows", listing(distinct(plan.rows, "method"), 4))
        table.insert(lines, '<div class="scroll">' .. (drawing and drawing:svg() or sketch.svg(plan.row.plan))
            .. "</div></figure>\n")
    end
    add(lines, "</div>")
end

-- The table -----------------------------------------------------------------------------------------------

--- The columns of a sweep's table: parameters, method, and what of the record there is.
local function columns_of(rows, parameters)
    local names, taken, columns = {}, {}, {}
    for name in pairs(parameters) do table.insert(names, name) end
    table.sort(names)
    local function take(name)
        if taken[name] or HIDDEN[name] then return end
        taken[name] = true
        for _, row in ipairs(rows) do
            if row[name] ~= nil then
                local title = UNITS[name] and ("%s (%s)"):format(name, UNITS[name]) or name
                table.insert(columns, { key = name, title = title })
                return
            end
        end
    end
    for _, name in ipairs(names) do take(name) end
    take "method"
    for _, name in ipairs(RESULTS) do take(name) end
    local rest = {}
    for _, row in ipairs(rows) do
        for name, value in pairs(row) do
            if not taken[name] and type(value) ~= "table" then rest[name] = true end
        end
    end
    names = {}
    for name in pairs(rest) do table.insert(names, name) end
    table.sort(names)
    for _, name in ipairs(names) do take(name) end
    return columns
end

--- The rows as JSON that may stand inside a script element.
local function table_json(rows, columns)
    local data = { columns = columns, rows = {} }
    for r, row in ipairs(rows) do
        local cells = {}
        for _, column in ipairs(columns) do
            local value = row[column.key]
            if column.key == "plan" and type(value) == "table" then value = sketch.text(value) end
            if type(value) == "table" then value = core.json(value) end
            if type(value) ~= "number" or is_number(value) then cells[column.key] = value end
        end
        data.rows[r] = cells
    end
    return (assert(core.json(data)):gsub("<", "\\u003c"))
end

local function add_table(lines, rows, parameters, number)
    add(lines, '<h3>Rows</h3>\n<div class="rows" id="rows-%d"></div>', number)
    add(lines, '<noscript><p class="note">The table needs JavaScript.</p></noscript>')
    table.insert(lines, '<script type="application/json" class="data">'
        .. table_json(rows, columns_of(rows, parameters)) .. "</script>\n")
end

-- The page ------------------------------------------------------------------------------------------------

local function add_origin(lines, self, rows)
    local finished = distinct(rows, "finished")
    local facts = {
        { "store", self.path },
        { "rows finished", finished[1] and finished[1] .. " to " .. finished[#finished] },
        { "by finlab", listing(distinct(rows, "version"), 5) },
        { "seeds", listing(distinct(rows, "seed"), 12) },
        { "page made by", ("finlab %s, %s"):format(core.version, _VERSION) },
        { "on", self.now }, { "command", self.command },
    }
    add(lines, '<section>\n<h2>How this was made</h2>\n<dl class="facts">')
    for _, fact in ipairs(facts) do
        if fact[2] then add(lines, "<dt>%s</dt><dd>%s</dd>", fact[1], fact[2]) end
    end
    add(lines, "</dl>\n</section>")
end

local HEAD = [[
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; ]]
    .. [[script-src 'unsafe-inline'; img-src data:">
<title>%s</title>
]]

--- The page as text.
function Page:html()
    local lines, with_plots = {}, os.execute "gnuplot -e exit >/dev/null 2>&1"
    add(lines, HEAD, self.title)
    table.insert(lines, "<style>\n" .. style .. "</style>\n</head>\n<body>\n")
    add(lines, "<header><h1>%s</h1></header>\n<main>", self.title)
    for number, section in ipairs(self.sections) do
        local rows, parameters = section.rows.rows, section.rows.parameters or {}
        local methods = distinct(rows, "method")
        add(lines, "<section>\n<h2>%s</h2>", section.name)
        add_headline(lines, rows, methods)
        add_methods(lines, rows, methods, parameters)
        add_plots(lines, section.rows, methods, with_plots)
        add_plans(lines, rows, self.instances)
        add_table(lines, rows, parameters, number)
        add(lines, "</section>")
    end
    add_origin(lines, self, self.all)
    table.insert(lines, "</main>\n<script>\n" .. script .. "</script>\n</body>\n</html>\n")
    return table.concat(lines)
end

--- Write the page as .html; true, or nil, message, code.
function Page:write(path)
    if not path:match "%.html?$" then return nil, path .. ": the name must end in .html", "invalid" end
    return core.write(path, self:html())
end

--- The sections of a store, one per sweep, and all rows.
local function read(path)
    local opened = store.open(path)
    local sweeps, message, code = opened:sweeps()
    if not sweeps then return nil, message, code end
    local sections, all = {}, {}
    for i, sweep in ipairs(sweeps.rows) do
        local rows
        rows, message, code = opened:rows { sweep = sweep.sweep, origin = true }
        if not rows then return nil, message, code end
        sections[i] = { name = sweep.sweep, rows = rows }
        table.move(rows.rows, 1, #rows.rows, #all + 1, all)
    end
    return sections, all
end

--- `options`: `title`, `instances` (those of the rows, for pictures with costs) and `command`, which the page
-- names.
return function(path, options)
    if type(path) ~= "string" then error("bad argument #1 to 'page' (a store's file name expected)", 2) end
    options = options or {}
    local sections, all, code = read(path)
    if not sections then return nil, all, code end
    if #all == 0 then return nil, path .. ": has no rows", "invalid" end
    return setmetatable({
        path = path, sections = sections, all = all, instances = options.instances or {},
        title = options.title or path:match "([^/]+)$", command = options.command,
        now = os.date "!%Y-%m-%d %H:%M UTC",
    }, Page)
end
