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

local function plan_text(title, plan, description)
    local parts = {}
    for i, part in ipairs(plan or {}) do parts[i] = placement(part, description) end
    return plan and "\n" .. title .. "\n" .. table.concat(parts) or ""
end

--- A result record; `description` is its instance's table.
function report.result(result, description)
    local only = #description.apps == 1 and description.apps[1] or {}
    local candidate = result.candidate
    return lines_of {
        { "method", result.method },
        { "status", ("%s (%s)"):format(result.status, result.stop) },
        { "energy", result.energy and show("energy", result.energy) .. " per inference" },
        { "power", show("power", result.power) },
        { "latency", result.latency and ("%s (deadline %s)"):format(show("latency", result.latency),
            show("deadline", only.deadline)) },
        { "accuracy", result.accuracy and ("%s (target %s)"):format(show("accuracy", result.accuracy),
            show("accuracy", only.accuracy or 0)) },
        { "bound", show("bound", result.bound) },
        { "gap", show("gap", result.gap) },
        { "claimed", show("claimed", result.claimed) },
        { "took", show("seconds", result.seconds) },
    } .. plan_text("plan", result.plan, description)
        .. (candidate and plan_text("refused: " .. candidate.reason, candidate.plan, description) or "")
end

--- A verdict of inst:check or inst:evaluate.
function report.verdict(verdict)
    return lines_of {
        { "verdict", verdict.feasible and "feasible" or "refused" },
        { "reason", verdict.reason },
        { "energy", verdict.energy and show("energy", verdict.energy) .. " per inference" },
        { "power", show("power", verdict.power) },
        { "latency", show("latency", verdict.latency) },
        { "accuracy", show("accuracy", verdict.accuracy) },
    }
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
    if not (least and most) then return least and "from " .. least or most and "to " .. most or "" end
    return least .. " to " .. most
end

--- One method and its options.
function report.method(descriptor)
    local rows = {}
    for i, option in ipairs(descriptor.options) do
        local fallback = option.default
        if math.type(fallback) == "float" then fallback = ("%.17g"):format(fallback) end
        rows[i] = {
            option = option.name, type = option.type, default = fallback ~= nil and tostring(fallback) or nil,
            range = range_of(option), meaning = option.doc,
        }
    end
    local honours = #descriptor.honours > 0 and table.concat(descriptor.honours, ", ")
    local options = records(rows, { "option", "type", "default", "range", "meaning" }):text()
    return lines_of {
        { "method", descriptor.name },
        { "", descriptor.summary },
        { "claims", descriptor.claims },
        { "honours", honours or "nothing beyond one application" },
    } .. (#rows > 0 and "\n" .. options or "")
end

return report
