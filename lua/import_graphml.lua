-- SPDX-License-Identifier: GPL-3.0-or-later
-- Network topologies from GraphML: nodes that have a tier become nodes of a system, the others only pass on,
-- and between each two a link stands for the shortest path through the network.

local common = require "finlab.import_common"
local core = require "finlab.core"
local files = require "finlab.files"

local MOST_NODES = 1000 -- of a system: between each two there may be a link
local NODE_FIELDS = { "speed", "power", "tx_energy", "rx_energy", "capacity", "memory" }
local POSITIVE = { speed = true, capacity = true, memory = true, rate = true }

--- A name or id as text; nil when it is none. Numbers are whole ones mostly.
local function text_of(value)
    if type(value) == "number" then return ("%.14g"):format(value) end
    return type(value) == "string" and value ~= "" and value or nil
end

--- A node of the file as messages and routes call it: its id, or its number from 1.
local function label_of(graph, v)
    return text_of(graph.nodes[v].id) or "#" .. v
end

--- What a rule says of an element: itself when it is a number, what the element has under that name, or what
-- the function answers.
local function apply(rule, element, ...)
    if type(rule) == "function" then return rule(element, ...) end
    if type(rule) == "string" then return element[rule] end
    return rule
end

local function fail(path, element, format, ...)
    return nil, ("%s: %s: %s"):format(path, element, format:format(...)), "invalid"
end

--- The number that a rule gives; nil when it gives none; nil, message, code when it is out of range.
local function number_by(rule, field, path, name, element, ...)
    local value = apply(rule, element, ...)
    if value == nil then return nil end
    if not common.is_number(value, 0) or POSITIVE[field] and value == 0 then
        return fail(path, name, "%s must be a finite number, %s, not %s", field,
            POSITIVE[field] and "greater than 0" or "not negative", tostring(value))
    end
    return value
end

-- Reading --------------------------------------------------------------------------------------------------

local ENTITIES = { lt = "<", gt = ">", amp = "&", quot = '"', apos = "'" }

local function decoded(text)
    return (text:gsub("&(#?x?)(%w+);", function(prefix, name)
        local code = prefix ~= "" and tonumber(name, prefix == "#x" and 16 or 10)
        return code and utf8.char(code) or prefix == "" and ENTITIES[name] or nil
    end))
end

-- What a "<" may begin that is no tag, and how that ends.
local NO_TAGS = { { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" } }

--- How often each id of a node is declared in XML that is well formed.
local function declared_ids(text)
    local counts, at = {}, text:find("<", 1, true)
    while at do
        local stop = at
        for _, ends in ipairs(NO_TAGS) do
            local begins = text:sub(at, at + #ends[1] - 1) == ends[1]
            if begins then stop = text:find(ends[2], at, true) or #text end
        end
        local prefix, tag = text:match("^<([%w_.-]*:?)node(%s[^>]*)>", at)
        local _, id = (tag or ""):match "%sid%s*=%s*([\"'])(.-)%1"
        if id and (prefix == "" or prefix:find ":$") then
            id = decoded(id)
            counts[id] = (counts[id] or 0) + 1
        end
        at = text:find("<", stop + 1, true)
    end
    return counts
end

--- What is wrong with the nodes; nil when nothing is. igraph makes a node of an id that only an edge names,
-- and one of two nodes with the same id.
local function complaint(graph, counts)
    local declared, stranger = 0, nil
    for id, times in pairs(counts) do
        if times > 1 then return ("node %q: is there %d times"):format(id, times) end
        declared = declared + 1
    end
    if declared == 0 or #graph.nodes == declared then return nil end -- 0: hidden by another encoding
    for _, node in ipairs(graph.nodes) do
        if type(node.id) == "string" and not counts[node.id] then stranger = node.id end
    end
    if stranger then return ("node %q: is named by an edge only"):format(stranger) end
    return ("%d nodes are declared, and with those that edges name there are %d"):format(declared,
        #graph.nodes)
end

--- The graph in the file; nil, message, code.
local function load_graph(path)
    local text, message, code = files.read(path, common.MOST_BYTES)
    if not text then return nil, message, code end
    local graph
    graph, message, code = core.graphml(path)
    if not graph then return nil, message, code end
    for _, node in ipairs(graph.nodes) do
        if type(node.id) == "string" then node.id = node.id:gsub("&#38;", "&") end -- as igraph leaves it
    end
    local wrong = complaint(graph, declared_ids(text))
    if wrong then return nil, ("%s: %s"):format(path, wrong), "invalid" end
    return graph
end

-- Nodes ----------------------------------------------------------------------------------------------------

--- The fields of a node of this tier: rules before the tier's own; `where` is the node to messages.
local function fields_of(element, tier, set, path, where)
    local node = { tier = tier }
    for key, value in pairs(set.tiers[tier] or {}) do node[key] = value end
    for _, field in ipairs(NODE_FIELDS) do
        local value, message, code = number_by(set.nodes[field], field, path, where, element)
        if message then return nil, message, code end
        if value then node[field] = value end
    end
    for _, field in ipairs { "speed", "power" } do
        if node[field] == nil then
            return fail(path, where, "has no %s, and tier %d gives none", field, tier)
        end
    end
    return node
end

--- The nodes that have a tier, and their positions in the graph; nil, message, code.
local function nodes_of(graph, set, path)
    local nodes, places, seen = {}, {}, {}
    for v, element in ipairs(graph.nodes) do
        local label = label_of(graph, v)
        local where = ("node %q"):format(label)
        local tier, name = apply(set.tier, element), text_of(apply(set.name, element))
        local whole = tier ~= nil and math.tointeger(tier)
        if tier ~= nil and not (whole and whole >= 0) then
            return fail(path, where, "its tier must be a whole number of at least 0, not %s", tostring(tier))
        end
        if tier ~= nil then
            if not name then return fail(path, where, "has no name") end
            if seen[name] then return fail(path, where, "is called %q, as node %q is", name, seen[name]) end
            local node, message, code = fields_of(element, whole, set, path, where)
            if not node then return nil, message, code end
            node.name, seen[name] = name, label
            table.insert(nodes, node)
            table.insert(places, v)
        end
    end
    if #nodes == 0 then return nil, path .. ": no node has a tier", "invalid" end
    if #nodes > MOST_NODES then
        return nil, ("%s: %d nodes have a tier; %d are the most"):format(path, #nodes, MOST_NODES), "invalid"
    end
    return nodes, places
end

-- Paths ----------------------------------------------------------------------------------------------------

--- For each position of a node the steps out of it: { to, rate, delay, energy }; nil, message, code.
local function steps_of(graph, set, path)
    local steps = {}
    for v in ipairs(graph.nodes) do steps[v] = {} end
    for _, edge in ipairs(graph.edges) do
        local from, to, step = edge.from, edge.to, {}
        local where = ("edge %q-%q"):format(label_of(graph, from), label_of(graph, to))
        for _, field in ipairs { "rate", "delay", "energy" } do
            local value, message, code = number_by(set.links[field], field, path, where, edge.attributes,
                graph.nodes[from], graph.nodes[to])
            if message then return nil, message, code end
            step[field] = value or 0
        end
        if step.rate == 0 then return fail(path, where, "has no rate") end
        local function add(a, b)
            table.insert(steps[a],
                { to = b, rate = step.rate, delay = step.delay, energy = step.energy })
        end
        add(from, to)
        if not graph.directed then add(to, from) end
    end
    return steps
end

--- Whether one way is better than another: by delay, then hops (or the other way round), then rate.
local function is_better(a, b, by)
    local other = by == "delay" and "hops" or "delay"
    if a[by] ~= b[by] then return a[by] < b[by] end
    if a[other] ~= b[other] then return a[other] < b[other] end
    return a.rate > b.rate
end

local function sift_up(heap, way, by)
    local i = #heap + 1
    while i > 1 and is_better(way, heap[i // 2], by) do
        heap[i] = heap[i // 2]
        i = i // 2
    end
    heap[i] = way
end

local function pop(heap, by)
    local first, last = heap[1], table.remove(heap)
    local i = 1
    while #heap > 0 do
        local child = 2 * i
        if child < #heap and is_better(heap[child + 1], heap[child], by) then child = child + 1 end
        if child > #heap or not is_better(heap[child], last, by) then break end
        heap[i] = heap[child]
        i = child
    end
    if #heap > 0 then heap[i] = last end
    return first
end

--- The best way from `source` to each node that can be reached (Dijkstra): { at, delay, hops, rate, energy,
-- before }, by position.
local function ways_from(source, steps, by)
    local done, heap = {}, { { at = source, delay = 0, hops = 0, rate = math.huge, energy = 0 } }
    while #heap > 0 do
        local way = pop(heap, by)
        if not done[way.at] then
            done[way.at] = way
            for _, step in ipairs(steps[way.at]) do
                if not done[step.to] then
                    sift_up(heap, {
                        at = step.to, before = way, delay = way.delay + step.delay, hops = way.hops + 1,
                        rate = math.min(way.rate, step.rate), energy = way.energy + step.energy,
                    }, by)
                end
            end
        end
    end
    return done
end

--- The ids along a way.
local function route_of(way, graph)
    local ids = {}
    while way do
        table.insert(ids, 1, label_of(graph, way.at))
        way = way.before
    end
    return ids
end

--- A link for every two nodes with a way from the one to the other, and the ids along each.
local function links_of(nodes, places, steps, graph, by)
    local links, routes = {}, {}
    for a, from in ipairs(places) do
        local ways = ways_from(from, steps, by)
        for b, to in ipairs(places) do
            local way = a ~= b and ways[to]
            if way then
                table.insert(links, {
                    from = nodes[a].name, to = nodes[b].name, rate = way.rate, delay = way.delay,
                    energy = way.energy,
                })
                table.insert(routes, route_of(way, graph))
            end
        end
    end
    return links, routes
end

--- A GraphML file as a system, and for each of its links the ids along its path; nil, message, code. Rules
-- are numbers, names of attributes, or functions of an element's attributes: `tier` (none: the node only
-- passes on), `name`, `nodes` by field, `links` (`rate`, `delay`, `energy`; functions get both ends'
-- attributes too). `tiers` has fields by tier; `by` says which path is shortest: "delay" or "hops".
return function(path, options)
    local set = common.options("import.graphml", options, {
        tier = "(rule)", name = "(rule)", nodes = {}, tiers = {}, links = "(table)", by = "delay",
    })
    set.tier, set.name, set.links = set.tier or "tier", set.name or "id", set.links or { rate = "rate" }
    if set.by ~= "delay" and set.by ~= "hops" then
        error(("import.graphml: by must be \"delay\" or \"hops\", not %q"):format(set.by), 2)
    end
    local graph, message, code = load_graph(path)
    if not graph then return nil, message, code end
    local nodes, places
    nodes, places, code = nodes_of(graph, set, path)
    if not nodes then return nil, places, code end
    local steps
    steps, message, code = steps_of(graph, set, path)
    if not steps then return nil, message, code end
    local links, routes = links_of(nodes, places, steps, graph, set.by)
    return { nodes = nodes, links = links }, routes
end
