-- SPDX-License-Identifier: GPL-3.0-or-later
-- Pictures of plans: fl.picture(inst, result_or_plan):write "plan.svg". Each placement is a panel with the
-- layered graph: blocks from left to right, a line per node, tiers as lanes; the plan's path with what each
-- step costs, all other steps faint.

local core = require "finlab.core"
local markup = require "finlab.markup"

local Picture = {}
Picture.__index = Picture

local fill, quantity = markup.fill, markup.quantity

local COLUMN, ROW, LANE_GAP, LEFT, TOP, RIGHT, BOTTOM = 128, 62, 10, 150, 92, 120, 30
local LEAST_WIDTH = 620
local MOST_NODES, MOST_PANELS, MOST_FAINT = 16, 12, 6000
local LANES = { "#f4f6f8", "#e9eef3" }
local STYLE = [[
<style>
.picture { font: 13px Helvetica, Arial, sans-serif; fill: #222 }
.picture .title { font-size: 16px; font-weight: bold }
.picture .quiet { fill: #666; font-size: 12px }
.picture .halo { paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round }
.picture .faint { stroke: #c3c9d0; stroke-width: 1; fill: none }
.picture .path { stroke: #0072b2; stroke-width: 3.5; fill: none; stroke-linecap: round }
.picture .broken { stroke: #d55e00; stroke-width: 3.5; fill: none; stroke-dasharray: 7 5 }
.picture .node { fill: #fff; stroke: #8a949e; stroke-width: 1.5 }
.picture .taken { fill: #0072b2; stroke: #0072b2 }
.picture .barred { fill: none; stroke: #c3c9d0; stroke-width: 1.5 }
.picture .final { fill: none; stroke: #d55e00; stroke-width: 2.5 }
.picture .exit { fill: #a84900; font-weight: bold }
</style>
]]

-- What is drawn -------------------------------------------------------------------------------------------

local function app_of(description, name)
    for _, app in ipairs(description.apps) do
        if app.name == name or not name then return app end
    end
end

--- The nodes that are drawn, by tier and then as written: those of the placement and the first others.
local function nodes_of(description, app, part)
    local nodes, used = {}, { [app.source] = true }
    for _, name in ipairs(part.nodes) do used[name] = true end
    local others = MOST_NODES
    for _ in pairs(used) do others = others - 1 end
    for position, node in ipairs(description.system.nodes) do
        if not used[node.name] then others = others - 1 end
        if used[node.name] or others >= 0 then
            table.insert(nodes, { name = node.name, tier = node.tier or 0, position = position })
        end
    end
    table.sort(nodes, function(a, b)
        if a.tier ~= b.tier then return a.tier < b.tier end
        return a.position < b.position
    end)
    return nodes, #description.system.nodes - #nodes
end

--- One panel: where everything is. `y` counts from the panel's top.
local function layout(description, part)
    local app = app_of(description, part.app)
    local nodes, hidden = nodes_of(description, app, part)
    local panel = { app = app, part = part, nodes = nodes, hidden = hidden, lanes = {}, y_of = {} }
    local y = TOP
    for _, node in ipairs(nodes) do
        local lane = panel.lanes[#panel.lanes]
        if not lane or lane.tier ~= node.tier then
            if lane then y = y + LANE_GAP end
            lane = { tier = node.tier, top = y, height = 0 }
            table.insert(panel.lanes, lane)
        end
        panel.y_of[node.name] = y + ROW // 2
        y, lane.height = y + ROW, lane.height + ROW
    end
    panel.height = y + BOTTOM
    panel.width = math.max(LEAST_WIDTH, LEFT + COLUMN * #app.blocks + RIGHT)
    return panel
end

local function x_of(block)
    return LEFT + COLUMN * block
end

-- Drawing -------------------------------------------------------------------------------------------------

local function add(lines, pattern, ...)
    table.insert(lines, fill(pattern, ...) .. "\n")
end

--- A curve from the node of one block to that of the next.
local function curve(panel, block, from, to)
    local x1, x2, y1, y2 = x_of(block - 1), x_of(block), panel.y_of[from], panel.y_of[to]
    local bend = COLUMN * 0.4
    return ("M%d %d C%.0f %d %.0f %d %d %d"):format(x1, y1, x1 + bend, y1, x2 - bend, y2, x2, y2)
end

local function headline(lines, panel, result)
    local app, part = panel.app, panel.part
    local single = #result.plan == 1
    local energy = part.energy or single and result.energy
    local latency = part.latency or single and result.latency
    local accuracy = part.accuracy or single and result.accuracy
    local count = app.count or 1
    local users = count > 1 and ("%d of %d users, "):format(part.count or count, count) or ""
    add(lines, '<text class="title" x="16" y="26">%s: exit %d of %d%s</text>', markup.cut(app.name, 40),
        part.exit, #app.exits, result.method and " (" .. result.method .. ")" or "")
    add(lines, '<text x="16" y="46">%s%s per inference, latency %s (deadline %s), accuracy %s (target %s)'
        .. "</text>", users, quantity(energy, "J"), quantity(latency, "s"), quantity(app.deadline, "s"),
        markup.percent(accuracy), markup.percent(app.accuracy or 0))
    if result.reason then
        add(lines, '<text class="exit" x="16" y="64">refused: %s</text>', markup.cut(result.reason, 90))
    end
end

local function draw_lanes(lines, panel)
    for i, lane in ipairs(panel.lanes) do
        add(lines, '<rect x="8" y="%d" width="%d" height="%d" rx="6" fill="%s"/>', lane.top, panel.width - 16,
            lane.height, LANES[i % 2 + 1])
        add(lines, '<text class="quiet" transform="translate(24 %d) rotate(-90)" text-anchor="middle">'
            .. "tier %d</text>", lane.top + lane.height // 2, lane.tier)
    end
    for _, node in ipairs(panel.nodes) do
        add(lines, '<text x="34" y="%d">%s<title>%s</title></text>', panel.y_of[node.name] + 4,
            markup.cut(node.name, 13), node.name)
    end
    if panel.hidden > 0 then
        add(lines, '<text class="quiet" x="16" y="%d">and %d more nodes, which the plan does not use</text>',
            panel.height - 10, panel.hidden)
    end
end

--- Block names above the columns, and under them the exits.
local function draw_blocks(lines, panel)
    local app, deployed = panel.app, #panel.part.nodes
    add(lines, '<text class="quiet" x="%d" y="80" text-anchor="middle">input</text>', x_of(0))
    for l, block in ipairs(app.blocks) do
        add(lines, '<text class="%s" x="%d" y="80" text-anchor="middle">%s<title>%s</title></text>',
            l > deployed and "quiet" or "", x_of(l), markup.cut(block.name, 15), block.name)
    end
    for e, exit in ipairs(app.exits) do
        local final = e == panel.part.exit
        add(lines, '<text class="%s" x="%d" y="%d" text-anchor="middle">exit %d: %s</text>',
            final and "exit" or "quiet", x_of(exit.after), panel.height - 12, e,
            markup.percent(exit.accuracy))
    end
end

--- Every step that is possible, faintly.
local function draw_steps(lines, panel, inst)
    local app, drawn, from_nodes = panel.app, 0, { { name = panel.app.source } }
    for l = 1, #app.blocks do
        local reached = {}
        for _, to in ipairs(panel.nodes) do
            local reachable = false
            for _, from in ipairs(from_nodes) do
                local energy, latency = inst:arc(l, from.name, to.name, false, app.name)
                if energy and drawn < MOST_FAINT then
                    add(lines, '<path class="faint" d="%s"><title>%s to %s: %s, %s</title></path>',
                        curve(panel, l, from.name, to.name), from.name, to.name, quantity(energy, "J"),
                        quantity(latency, "s"))
                    drawn, reachable = drawn + 1, true
                end
            end
            if reachable then table.insert(reached, to) end
        end
        from_nodes = reached
    end
end

local function draw_nodes(lines, panel)
    local app, part = panel.app, panel.part
    add(lines, '<rect class="node taken" x="%d" y="%d" width="14" height="14"/>', x_of(0) - 7,
        panel.y_of[app.source] - 7)
    for l, block in ipairs(app.blocks) do
        local allowed
        for _, name in ipairs(block.nodes or {}) do
            allowed = allowed or {}
            allowed[name] = true
        end
        for _, node in ipairs(panel.nodes) do
            local class = part.nodes[l] == node.name and "node taken"
                or allowed and not allowed[node.name] and "barred" or "node"
            add(lines, '<circle class="%s" cx="%d" cy="%d" r="%d"/>', class, x_of(l), panel.y_of[node.name],
                class == "barred" and 2 or 7)
        end
    end
end

--- What a step costs, beside its middle: above and below a level one, else on the side that the curve leaves.
local function label_step(labels, panel, block, from, to, costs)
    local x, y1, y2 = x_of(block) - COLUMN // 2, panel.y_of[from], panel.y_of[to]
    local y, anchor, lines = (y1 + y2) // 2, "start", { -22, -6 }
    if y1 == y2 then
        anchor, lines = "middle", { -8, 18 }
    elseif y1 > y2 then
        lines = { 14, 30 }
    end
    for i, text in ipairs(costs) do
        add(labels, '<text class="halo" x="%d" y="%d" text-anchor="%s">%s</text>',
            anchor == "start" and x + 8 or x, y + lines[i], anchor, text)
    end
end

--- The plan's steps; a step that is not possible is broken. Answers their labels, which go on top.
local function draw_path(lines, panel, inst)
    local app, nodes, labels = panel.app, panel.part.nodes, {}
    for l, to in ipairs(nodes) do
        local from = nodes[l - 1] or app.source
        local energy, latency = inst:arc(l, from, to, l == #nodes, app.name)
        if not energy then energy, latency = inst:arc(l, from, to, false, app.name) end
        add(lines, '<path class="%s" d="%s"/>', energy and "path" or "broken", curve(panel, l, from, to))
        local costs = { energy and quantity(energy, "J") }
        -- with shares the latency is not the one of the whole node
        if energy and not panel.part.shares then costs[2] = quantity(latency, "s") end
        label_step(labels, panel, l, from, to, costs)
    end
    return labels
end

local function draw_exit(lines, panel)
    local depth = #panel.part.nodes
    local x, y = x_of(depth), panel.y_of[panel.part.nodes[depth]]
    add(lines, '<circle class="final" cx="%d" cy="%d" r="12"/>', x, y)
    add(lines, '<text class="exit halo" x="%d" y="%d">exit %d</text>', x + 17, y + 5, panel.part.exit)
end

local function draw_panel(lines, panel, inst, result)
    headline(lines, panel, result)
    draw_lanes(lines, panel)
    draw_blocks(lines, panel)
    draw_steps(lines, panel, inst)
    local labels = draw_path(lines, panel, inst)
    draw_nodes(lines, panel)
    draw_exit(lines, panel)
    table.move(labels, 1, #labels, #lines + 1, lines)
end

--- The picture as text.
function Picture:svg()
    local lines, width, height = {}, 0, 0
    for i, part in ipairs(self.result.plan) do
        if i > MOST_PANELS then break end
        local panel = layout(self.description, part)
        add(lines, '<g transform="translate(0 %d)">', height)
        draw_panel(lines, panel, self.inst, self.result)
        add(lines, "</g>")
        width, height = math.max(width, panel.width), height + panel.height
    end
    if #self.result.plan > MOST_PANELS then
        height = height + 30
        add(lines, '<text class="quiet" x="16" y="%d">and %d more placements</text>', height - 10,
            #self.result.plan - MOST_PANELS)
    end
    return fill('<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 %d %d" width="%d" '
        .. 'height="%d" role="img">\n<title>plan: %s</title>\n', width, height, width, height, self.name)
        .. STYLE .. ('<rect width="%d" height="%d" fill="#fff"/>\n'):format(width, height)
        .. table.concat(lines) .. "</svg>\n"
end

--- Write the picture as .svg; true, or nil, message, code.
function Picture:write(path)
    if not path:match "%.svg$" then return nil, path .. ": the name must end in .svg", "invalid" end
    return core.write(path, self:svg())
end

--- What there is to draw: a plan with its costs, and why it is refused when it is.
local function judged(inst, what)
    local plan = what.plan or what.candidate and what.candidate.plan or what[1] and what
    if not plan or #plan == 0 then return nil, "picture: there is no plan", "invalid" end
    local verdict, message, code = inst:evaluate(plan)
    if not verdict then return nil, message, code end
    local parts = {}
    for i, part in ipairs(plan) do
        parts[i] = {}
        for key, value in pairs(part) do parts[i][key] = value end
        for key, value in pairs(verdict.apps and verdict.apps[i] or {}) do parts[i][key] = value end
    end
    return {
        plan = parts, method = what.method, energy = verdict.energy, latency = verdict.latency,
        accuracy = verdict.accuracy, reason = verdict.reason,
    }
end

return function(inst, what)
    if type(what) ~= "table" then error("bad argument #2 to 'picture' (a result or plan expected)", 2) end
    local result, message, code = judged(inst, what)
    if not result then return nil, message, code end
    local description = assert(inst:table())
    return setmetatable({
        inst = inst, result = result, description = description, name = description.name or "",
    }, Picture)
end
