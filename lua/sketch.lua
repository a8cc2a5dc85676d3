-- SPDX-License-Identifier: GPL-3.0-or-later
-- Plans without their instance: as a line of text, and as a small drawing of which node has which block.

local markup = require "finlab.markup"

local sketch = {}

local fill = markup.fill

--- "mobile x3, cloud x2; exit 3", placements apart by " | ".
function sketch.text(plan)
    local parts = {}
    for i, part in ipairs(plan) do
        local runs, last, length = {}, nil, 0
        local function finish()
            if last then table.insert(runs, length > 1 and ("%s x%d"):format(last, length) or last) end
        end
        for _, node in ipairs(part.nodes) do
            if node ~= last then
                finish()
                last, length = node, 0
            end
            length = length + 1
        end
        finish()
        parts[i] = ("%s; exit %d"):format(table.concat(runs, ", "), part.exit)
        if (part.count or 1) > 1 then parts[i] = ("%d users: %s"):format(part.count, parts[i]) end
        if #plan > 1 and part.app then parts[i] = part.app .. ": " .. parts[i] end
    end
    return table.concat(parts, " | ")
end

local COLUMN, ROW, LEFT, TOP = 56, 34, 130, 34
local MOST_PARTS = 6
local STYLE = [[
<style>
.sketch { font: 13px Helvetica, Arial, sans-serif; fill: #222 }
.sketch .quiet { fill: #666; font-size: 12px }
.sketch .line { stroke: #c3c9d0 }
.sketch .path { stroke: #0072b2; stroke-width: 3; fill: none }
.sketch .taken { fill: #0072b2 }
.sketch .final { fill: none; stroke: #d55e00; stroke-width: 2.5 }
.sketch .exit { fill: #a84900; font-weight: bold }
</style>
]]

--- One placement from height `top` on; its height.
local function draw_part(lines, part, top)
    local rows, order = {}, {}
    for _, node in ipairs(part.nodes) do
        if not rows[node] then
            table.insert(order, node)
            rows[node] = top + TOP + ROW * (#order - 1) + ROW // 2
        end
    end
    local function add(pattern, ...) table.insert(lines, fill(pattern, ...)) end
    add('<text class="quiet" x="8" y="%d">%s</text>', top + 18, markup.cut(part.app or "", 16))
    for _, node in ipairs(order) do
        add('<text x="8" y="%d">%s</text>', rows[node] + 4, markup.cut(node, 14))
        add('<path class="line" d="M%d %dh%d"/>', LEFT, rows[node], COLUMN * (#part.nodes - 1))
    end
    local points, x, y = {}, nil, nil
    for l, node in ipairs(part.nodes) do
        x, y = LEFT + COLUMN * (l - 1), rows[node]
        points[l] = ("%d %d"):format(x, y)
        add('<text class="quiet" x="%d" y="%d" text-anchor="middle">%d</text>', x, top + 18, l)
        add('<circle class="taken" cx="%d" cy="%d" r="6"/>', x, y)
    end
    add('<path class="path" d="M%s"/>', table.concat(points, " L"))
    add('<circle class="final" cx="%d" cy="%d" r="10"/>', x, y)
    add('<text class="exit" x="%d" y="%d">exit %d</text>', x + 16, y + 5, part.exit)
    return TOP + ROW * #order + 10
end

--- The drawing as SVG: blocks from left to right, nodes in the order in which the plan comes to them.
function sketch.svg(plan)
    local lines, height, columns = {}, 0, 0
    for i, part in ipairs(plan) do
        if i > MOST_PARTS then break end
        height = height + draw_part(lines, part, height)
        columns = math.max(columns, #part.nodes)
    end
    if #plan > MOST_PARTS then
        height = height + 24
        table.insert(lines, fill('<text class="quiet" x="8" y="%d">and %d more placements</text>', height - 8,
            #plan - MOST_PARTS))
    end
    local width = LEFT + COLUMN * columns + 40
    return ('<svg xmlns="http://www.w3.org/2000/svg" class="sketch" viewBox="0 0 %d %d" width="%d" '
        .. 'height="%d" role="img">\n'):format(width, height, width, height)
        .. STYLE .. table.concat(lines, "\n") .. "</svg>\n"
end

return sketch
