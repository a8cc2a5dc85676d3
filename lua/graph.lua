-- SPDX-License-Identifier: GPL-3.0-or-later
-- FIN's graph as a file: fl.graph(inst, { gamma = 10 }):write "fin.graphml" (or .dot). It is the graph in
-- which FIN's igraph engine looks for its path, and as large: blocks * nodes^2 * gamma edges at most.

local core = require "finlab.core"
local markup = require "finlab.markup"
local tools = require "finlab.tools"

local Graph = {}
Graph.__index = Graph

local GAMMA = 10
local LABELLED = 300 -- edges; in larger pictures nobody can read their labels

--- What a vertex is called: "source", "sink", or block, node and level.
local function label_of(self, v, newline)
    if v == 1 then return "source" .. newline .. self.vertices[v].node end
    if v == 2 then return "sink" end
    local vertex = self.vertices[v]
    return ("%s%s%s%slevel %d%s"):format(self.blocks[vertex.block], newline, vertex.node, newline,
        vertex.level, vertex.final and newline .. "stop" or "")
end

local function dot_text(text)
    return '"' .. text:gsub("%c", " "):gsub('[\\"]', "\\%0") .. '"'
end

local function dot_label(self, v)
    local lines = {}
    for line in label_of(self, v, "\n"):gmatch "[^\n]+" do
        table.insert(lines, (line:gsub("%c", " "):gsub('[\\"]', "\\%0")))
    end
    return '"' .. table.concat(lines, "\\n") .. '"'
end

--- The vertices of each block, from left to right.
local function ranks(self)
    local by_block = {}
    for v, vertex in ipairs(self.vertices) do
        if vertex.block and v > 1 then
            by_block[vertex.block] = by_block[vertex.block] or {}
            table.insert(by_block[vertex.block], "v" .. v)
        end
    end
    local lines = {}
    for block = 1, #self.blocks do
        if by_block[block] then
            table.insert(lines, ("  { rank=same; %s }\n"):format(table.concat(by_block[block], "; ")))
        end
    end
    return table.concat(lines)
end

--- The graph in Graphviz' language.
function Graph:dot()
    local lines = {
        ("digraph %s {\n  rankdir=LR; node [shape=box, fontname=Helvetica, fontsize=10]; "
            .. "edge [fontname=Helvetica, fontsize=9];\n"):format(dot_text(self.name)),
    }
    for v, vertex in ipairs(self.vertices) do
        table.insert(lines, ("  v%d [label=%s%s];\n"):format(v, dot_label(self, v),
            vertex.final and ", peripheries=2" or ""))
    end
    table.insert(lines, ranks(self))
    for _, edge in ipairs(self.edges) do
        local label = #self.edges <= LABELLED and edge[2] ~= 2
            and (" [label=%s]"):format(dot_text(markup.quantity(edge[3], "J"))) or ""
        table.insert(lines, ("  v%d -> v%d%s;\n"):format(edge[1], edge[2], label))
    end
    table.insert(lines, "}\n")
    return table.concat(lines)
end

local GRAPHML = [[
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="block" for="node" attr.name="block" attr.type="int"/>
  <key id="node" for="node" attr.name="node" attr.type="string"/>
  <key id="level" for="node" attr.name="level" attr.type="int"/>
  <key id="final" for="node" attr.name="final" attr.type="boolean"/>
  <key id="label" for="node" attr.name="label" attr.type="string"/>
  <key id="energy" for="edge" attr.name="energy" attr.type="double"/>
  <key id="gamma" for="graph" attr.name="gamma" attr.type="int"/>
  <graph id="fin" edgedefault="directed">
    <data key="gamma">%d</data>
]]

local EDGE = '    <edge source="v%d" target="v%d"><data key="energy">%s</data></edge>\n'

--- The graph as GraphML; energies in J, the source's block is 0.
function Graph:graphml()
    local lines = { GRAPHML:format(self.gamma) }
    for v, vertex in ipairs(self.vertices) do
        local data = { ('<data key="final">%s</data>'):format(vertex.final) }
        for _, key in ipairs { "block", "node", "level" } do
            if vertex[key] then
                table.insert(data, ('<data key="%s">%s</data>'):format(key, markup.escape(vertex[key])))
            end
        end
        table.insert(data, ('<data key="label">%s</data>'):format(markup.escape(label_of(self, v, " "))))
        table.insert(lines, ('    <node id="v%d">%s</node>\n'):format(v, table.concat(data)))
    end
    for _, edge in ipairs(self.edges) do
        table.insert(lines, EDGE:format(edge[1], edge[2], tools.digits(edge[3])))
    end
    table.insert(lines, "  </graph>\n</graphml>\n")
    return table.concat(lines)
end

--- Write the graph as .dot or .graphml; true, or nil, message, code.
function Graph:write(path)
    local ending = path:match("%.(%w+)$")
    if ending ~= "dot" and ending ~= "graphml" then
        return nil, path .. ": the name must end in .dot or .graphml", "invalid"
    end
    return core.write(path, self[ending](self))
end

return function(inst, options)
    options = options or {}
    local gamma = options.gamma or GAMMA
    local graph, message, code = core.fin_graph(inst, gamma, options.app, options.rounding)
    if not graph then return nil, message, code end
    local description = assert(inst:table())
    graph.gamma, graph.name, graph.blocks = gamma, description.name or "fin", {}
    for _, app in ipairs(description.apps) do
        if app.name == options.app or not options.app and not graph.blocks[1] then
            for l, block in ipairs(app.blocks) do graph.blocks[l] = block.name end
        end
    end
    return setmetatable(graph, Graph)
end
