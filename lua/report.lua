-- SPDX-License-Identifier: GPL-3.0-or-later
-- Results, verdicts and methods as text for people.

local records = require "finlab.table"

local report = {}

local UNITS = { -- what a field is shown as, and what turns SI into that
    energy = { "mJ", 1e3 }, power = { "W", 1 }, latency = { "ms", 1e3 }, deadline = { "ms", 1e3 },
    accuracy = { "%", 100 }, bound = { "mJ", 1e3 }, claimed = { "mJ", 1e3 }, gap = { "%", 100 },
    seconds = { "ms", 1e3 },
}

--- A quantity with its unit; nil stays nil.
local function show(field, value)
    local unit = UNITS[field]
    return value and ("%.6g %s"):format(value * unit[2], unit[1])
end

--- "name  value" lines, without those that have no value.
local function lines_of(pairs_of_text)
    local lines = {}
    for _, pair in ipairs(pairs_of_text) do
        if pair[2] then table.insert(lines, ("%-10s%s\n"):format(pair[1], pair[2])) end
    end
    return table.concat(lines)
end

--- A description's application by the name a plan gives it.
local function app_of(description, name)
    for _, app in ipairs(description.apps) do
        if app.name == name then return app end
    end
end

--- One application's placement: its own cost, then a table from block to node.
local function placement(part, description)
    local app, rows = app_of(description, part.app), {}
    for l, node in ipairs(part.nodes) do rows[l] = { block = app.blocks[l].name, node = node } end
    local costs = {}
    for _, field in ipairs { "energy", "latency", "accuracy" } do
        table.insert(costs, show(field, part[field]))
    end
    return ("\n%s: exit %d of %d%s\n%s"):format(part.app, part.exit, #app.exits,
        #costs > 0 and ", " .. table.concat(costs, ", ") or "",
        records(rows, { "block", "node" }):text())
end

--- A chain of nodes with runs counted: "phone x2, edge".
local function runs_of(nodes)
    local runs = {}
    for l, node in ipairs(nodes) do
        if node == nodes[l - 1] then
            runs[#runs].count = runs[#runs].count + 1
        else
            table.insert(runs, { node = node, count = 1 })
        end
    end
    for i, run in ipairs(runs) do
        runs[i] = run.count > 1 and ("%s x%d"):format(run.node, run.count) or run.node
    end
    return table.concat(runs, ", ")
end

--- The levels reserved: "edge 0.5".
local function shares_of(shares)
    local parts = {}
    for node, level in pairs(shares or {}) do table.insert(parts, ("%s %.4g"):format(node, level)) end
    table.sort(parts)
    return #parts > 0 and table.concat(parts, ", ") or nil
end

--- The placements of several users, one line each.
local function placements_table(plan, description)
    local rows, columns = {}, { "app", "users", "exit", "energy", "latency", "accuracy", "nodes" }
    for i, part in ipairs(plan) do
        local app = app_of(description, part.app)
        rows[i] = {
            app = part.app, users = part.count or app and (app.count or 1),
            exit = app and ("%d of %d"):format(part.exit, #app.exits) or part.exit,
            nodes = runs_of(part.nodes), shares = shares_of(part.shares),
        }
        for _, field in ipairs { "energy", "latency", "accuracy" } do
            rows[i][field] = show(field, part[field])
        end
        if rows[i].shares and columns[8] == nil then columns[8] = "shares" end
    end
    return records(rows, columns):text()
end

local function plan_text(title, plan, description)
    if not plan then return "" end
    local single = #description.apps == 1 and (description.apps[1].count or 1) == 1
    local text = single and plan[1] and placement(plan[1], description)
        or "\n" .. placements_table(plan, description)
    return "\n" .. title .. "\n" .. text
end

--- "5 of 7 users (at most 6 can be)", with admission.
local function served_text(result, description)
    if not result.served then return nil end
    local users = #description.apps > 0 and 0
    for _, app in ipairs(description.apps) do users = users + (app.count or 1) end
    local most = result.most_served and ("; at most %d can be"):format(result.most_served) or ""
    return ("%d%s users%s"):format(result.served, users and " of " .. users or "", most)
end

--- "app1, app2 (3 users)": who is not served.
local function refused_text(result)
    local parts = {}
    for i, entry in ipairs(result.refused or {}) do
        parts[i] = entry.count > 1 and ("%s (%d users)"):format(entry.app, entry.count) or entry.app
    end
    return #parts > 0 and table.concat(parts, ", ") or nil
end

--- The k best plans, one line each.
local function alternatives_text(alternatives)
    local rows = {}
    for i, alternative in ipairs(alternatives or {}) do
        local parts = {}
        for h, part in ipairs(alternative.plan) do
            parts[h] = ("exit %d: %s"):format(part.exit, table.concat(part.nodes, " "))
        end
        rows[i] = { rank = i, plan = table.concat(parts, "; ") }
        for _, field in ipairs { "energy", "latency", "accuracy" } do
            rows[i][field] = show(field, alternative[field])
        end
    end
    local columns = { "rank", "energy", "latency", "accuracy", "plan" }
    return #rows > 0 and "\nalternatives\n\n" .. records(rows, columns):text() or ""
end

--- A quantity and what it must keep to, where that is known: "3.3 ms (deadline 4 ms)".
local function with_limit(field, value, what, limit)
    return value and show(field, value) .. (limit and (" (%s %s)"):format(what, show(field, limit)) or "")
end

--- A result record; `description` is its instance's table, without which blocks and exits have no names.
function report.result(result, description)
    description = description or { apps = {} }
    local only = #description.apps == 1 and description.apps[1] or {}
    local candidate = result.candidate
    return lines_of {
        { "method", result.method },
        { "status", ("%s (%s)"):format(result.status, result.stop) },
        { "energy", result.energy and show("energy", result.energy) .. " per inference" },
        { "power", show("power", result.power) },
        { "served", served_text(result, description) },
        { "refused", refused_text(result) },
        { "latency", with_limit("latency", result.latency, "deadline", only.deadline) },
        { "accuracy", with_limit("accuracy", result.accuracy, "target",
            only.deadline and (only.accuracy or 0)) },
        { "bound", show("bound", result.bound) },
        { "gap", show("gap", result.gap) },
        { "claimed", show("claimed", result.claimed) },
        { "took", show("seconds", result.seconds) },
    } .. plan_text("plan", result.plan, description)
        .. alternatives_text(result.alternatives)
        .. (candidate and plan_text("refused: " .. candidate.reason, candidate.plan, description) or "")
end

--- A verdict of inst:check or inst:evaluate.
function report.verdict(verdict)
    return lines_of {
        { "verdict", verdict.feasible and "feasible" or "refused" },
        { "reason", verdict.reason },
        { "energy", verdict.energy and show("energy", verdict.energy) .. " per inference" },
        { "power", show("power", verdict.power) },
        { "served", verdict.served and ("%d users"):format(verdict.served) },
        { "refused", refused_text(verdict) },
        { "latency", show("latency", verdict.latency) },
        { "accuracy", show("accuracy", verdict.accuracy) },
    }
end

--- A frontier of inst:frontier.
function report.frontier(frontier)
    local note = ""
    if not frontier.complete then
        note = ("stopped (%s): points are missing, no plan costs less than %.6g mJ\n"):format(
            frontier.stop, frontier.bound * 1e3)
    end
    if #frontier == 0 then return frontier.complete and "no plan is feasible\n" or note end
    local rows = {}
    for i, point in ipairs(frontier) do
        rows[i] = {
            latency = point.latency * 1e3, energy = point.energy * 1e3, accuracy = point.accuracy * 100,
            exit = point.plan[1].exit, nodes = table.concat(point.plan[1].nodes, " "),
        }
    end
    return records(rows, {
        { key = "latency", title = "latency (ms)", format = "%.6g" },
        { key = "energy", title = "energy (mJ)", format = "%.6g" },
        { key = "accuracy", title = "accuracy (%)", format = "%.4g" },
        "exit", "nodes",
    }):text() .. note
end

--- Whose limit it is.
local function owner_of(limit)
    if limit.all then return "all, times" end
    if limit.from then return limit.from .. " to " .. limit.to end
    if limit.from_tier then return ("tier %d to tier %d"):format(limit.from_tier, limit.to_tier) end
    return limit.app or limit.node
end

--- A limit's value with its unit.
local function amount(limit, value)
    if not value then return nil end
    if limit.all then return ("%.6g"):format(value) end
    if limit.limit == "deadline" or limit.limit == "accuracy" then return show(limit.limit, value) end
    local units = { capacity = "op/s", memory = "B", ["link capacity"] = "bit/s" }
    return ("%.6g %s"):format(value, units[limit.limit])
end

--- What the solves say of a limit.
local function finding(limit)
    if limit.verdict == "least" then return "the least" end
    if limit.verdict == "no help" then return "no value of it helps" end
    if limit.verdict == "unknown" then return "not known" end
    if not limit.not_enough then return "whether less is enough is not known" end
    return ("the least is between %s and this"):format(amount(limit, limit.not_enough))
end

local function limits_text(explanation)
    local rows, feasible = {}, explanation.status == "feasible"
    for i, limit in ipairs(explanation.limits) do
        rows[i] = {
            limit = limit.limit, of = owner_of(limit), now = amount(limit, limit.now),
            enough = amount(limit, limit.enough or limit.needed),
            finding = not feasible and finding(limit) or nil,
        }
    end
    return records(rows, {
        "limit", "of", "now", { key = "enough", title = feasible and "the plan needs" or "enough" },
        not feasible and "finding" or nil,
    }):text()
end

--- What each application could have alone.
local function alone_text(apps)
    local rows = {}
    for i, app in ipairs(apps) do
        rows[i] = {
            app = app.app, deadline = show("deadline", app.deadline),
            least = show("deadline", app.least_deadline) or "none reaches the accuracy",
            accuracy = show("accuracy", app.accuracy),
            best = show("accuracy", app.best_accuracy) or "none in time",
            ever = show("accuracy", app.best_accuracy_ever) or "none",
            blocks = app.out_of_reach
                and ("%d of %d, not %s"):format(app.blocks_reached, app.blocks, app.out_of_reach) or "all",
        }
    end
    return records(rows, {
        "app", "deadline", { key = "least", title = "least latency" }, { key = "accuracy", title = "target" },
        { key = "best", title = "best in time" }, { key = "ever", title = "best at all" },
        { key = "blocks", title = "blocks within reach" },
    }):text()
end

local OUTCOMES = {
    feasible = "all users can be served", infeasible = "proven: not all users can be served",
    unknown = "no plan for all users was found, and none disproved",
}

--- An explanation of inst:explain.
function report.explanation(explanation)
    return lines_of {
        { "outcome", OUTCOMES[explanation.status] },
        { "method", ("%s, %d solves%s"):format(explanation.method, explanation.solves,
            explanation.interrupted and ", interrupted" or "") },
        { "took", show("seconds", explanation.seconds) },
    } .. "\neach application alone on the system\n\n" .. alone_text(explanation.apps)
        .. (explanation.status == "feasible" and "\nlimits\n\n"
            or "\neach limit alone relaxed, all others as they are\n\n")
        .. limits_text(explanation)
end

--- All methods, one line each.
function report.methods(descriptors)
    return records(descriptors, { "name", "claims", "summary" }):text()
end

--- What an option's value may be.
local function range_of(option)
    if option.choices then return table.concat(option.choices, ", ") end
    if option.type == "bool" then return "true, false" end
    if option.type == "node" then return "a node's name" end
    local least = option.least and ("%.17g"):format(option.least)
    local most = option.most and ("%.17g"):format(option.most)
    local word = option.word and option.word .. ", " or ""
    if least and most then return word .. least .. " to " .. most end
    return word .. (least and "from " .. least or most and "to " .. most or "")
end

--- A table of options.
local function options_table(options)
    local rows = {}
    for i, option in ipairs(options) do
        local fallback = option.default
        if math.type(fallback) == "float" then fallback = ("%.17g"):format(fallback) end
        rows[i] = {
            option = option.name, type = option.type, default = fallback ~= nil and tostring(fallback) or nil,
            range = range_of(option), meaning = option.doc,
        }
    end
    return records(rows, { "option", "type", "default", "range", "meaning" }):text()
end

--- The options of placing one user after another that the method does not have itself.
local function sequential_of(descriptor)
    local own, others = {}, {}
    for _, option in ipairs(descriptor.options) do own[option.name] = true end
    for _, option in ipairs(descriptor.sequential) do
        if not own[option.name] then table.insert(others, option) end
    end
    return others
end

--- One method and its options.
function report.method(descriptor)
    local honours = #descriptor.honours > 0 and table.concat(descriptor.honours, ", ") or "one application"
    local text = lines_of {
        { "method", descriptor.name },
        { "", descriptor.summary },
        { "claims", descriptor.claims },
        { "honours", honours },
    }
    if #descriptor.options > 0 then text = text .. "\n" .. options_table(descriptor.options) end
    if descriptor.sequential then
        text = text .. "\nbeyond that, placing one user after another:\n"
            .. options_table(sequential_of(descriptor))
    end
    return text
end

return report
