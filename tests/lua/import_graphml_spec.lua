-- SPDX-License-Identifier: GPL-3.0-or-later
-- Topologies from GraphML, which the tests write: nodes by tier rule, links by shortest path.
local fl = require "finlab"
local new_stream = require "finlab.stream"

local path = os.tmpname()
teardown(function() os.remove(path) end)

local function write(text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
end

local KEYS = [[<?xml version="1.0" encoding="UTF-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="t" for="node" attr.name="tier" attr.type="int"/>
<key id="l" for="node" attr.name="label" attr.type="string"/>
<key id="f" for="node" attr.name="flops" attr.type="double"/>
<key id="k" for="node" attr.name="kind" attr.type="string"/>
<key id="r" for="edge" attr.name="rate" attr.type="double"/>
<key id="d" for="edge" attr.name="km" attr.type="double"/>]]

local function element(name, attributes, data)
    local parts = {}
    for key, value in pairs(data) do
        table.insert(parts, ('<data key="%s">%s</data>'):format(key, value))
    end
    return ("<%s %s>%s</%s>"):format(name, attributes, table.concat(parts), name)
end

local function node(id, data) return element("node", ('id="%s"'):format(id), data or {}) end

local function edge(from, to, rate, km)
    return element("edge", ('source="%s" target="%s"'):format(from, to), { r = rate, d = km })
end

--- A whole file; `kind` is directed or undirected.
local function graph(kind, ...)
    write(("%s<graph edgedefault=%q>%s</graph></graphml>"):format(KEYS, kind, table.concat({ ... }, "\n")))
end

local TIERS = { [0] = { speed = 1e9, power = 5 }, [1] = { speed = 1e11, power = 100, tx_energy = 1e-9 } }

local function load_with(options)
    options.tiers = options.tiers or TIERS
    return fl.import.graphml(path, options)
end

local function complaint(options)
    local system, message, code = load_with(options or {})
    assert.is_nil(system)
    assert.equal("invalid", code)
    return (message:gsub("^" .. path .. ": ", ""))
end

local function link(from, to, rate, delay, energy)
    return { from = from, to = to, rate = rate, delay = delay or 0, energy = energy or 0 }
end

describe("fl.import.graphml", function()
    it("makes nodes of what has a tier, and links of paths through what has none", function()
        graph("undirected", node("a", { t = 0 }), node("b"), node("c", { t = 1, f = 2e11 }),
            node("lone", { t = 1 }), edge("a", "b", 5e6, 2), edge("b", "c", 1e6, 3), edge("a", "a", 1, 1))
        local system, routes = assert(load_with {
            nodes = { speed = "flops" },
            links = { rate = "rate", delay = function(e) return e.km * 5e-6 end, energy = 1e-9 },
        })
        assert.same({
            { name = "a", tier = 0, speed = 1e9, power = 5 },
            { name = "c", tier = 1, speed = 2e11, power = 100, tx_energy = 1e-9 },
            { name = "lone", tier = 1, speed = 1e11, power = 100, tx_energy = 1e-9 },
        }, system.nodes)
        assert.same({
            link("a", "c", 1e6, 2 * 5e-6 + 3 * 5e-6, 2e-9), link("c", "a", 1e6, 3 * 5e-6 + 2 * 5e-6, 2e-9),
        }, system.links)
        assert.same({ { "a", "b", "c" }, { "c", "b", "a" } }, routes)
        assert(fl.instance { system = system, apps = { {
            source = "a", deadline = 1, blocks = { { ops = 1 } }, exits = { { after = 1, accuracy = 1 } },
        } } })
    end)

    it("takes rules as functions of attributes, and names by attribute", function()
        graph("directed", node("0", { l = "Bern", k = "core" }), node("1", { l = "Thun", k = "box" }),
            node("2"), edge("0", "1", 1e6), edge("1", "2", 1e6))
        local system = assert(load_with {
            tier = function(n) return ({ core = 1, box = 0 })[n.kind] end, name = "label",
            links = {
                rate = function(e, from, to)
                    return from.label == "Bern" and to.label == "Thun" and e.rate / 2 or e.rate
                end,
            },
        })
        assert.equal("Bern", system.nodes[1].name)
        assert.equal(1, system.nodes[1].tier)
        assert.same({ link("Bern", "Thun", 5e5) }, system.links) -- directed: no way back
    end)

    it("takes the shortest path by delay or by hops, and the faster of two that are as short", function()
        local options = { links = { rate = "rate", delay = "km" } }
        graph("directed", node("a", { t = 0 }), node("x"), node("b", { t = 1 }),
            edge("a", "b", 7, 9), edge("a", "x", 3, 4), edge("x", "b", 2, 4), edge("x", "b", 1, 4),
            edge("a", "b", 8, 9))
        assert.same({ link("a", "b", 2, 8) }, load_with(options).links)
        options.by = "hops"
        assert.same({ link("a", "b", 8, 9) }, load_with(options).links)
        options.by = "delay"
        options.links.delay = 0 -- then by hops, then by rate
        assert.same({ link("a", "b", 8) }, load_with(options).links)
    end)

    it("finds the paths that trying all intermediate nodes finds, on random networks", function()
        for seed = 1, 60 do
            local random = new_stream(seed, "topology")
            local n, parts, dist = 3 + random:int(12), {}, {}
            local directed = random:int(2) == 1
            for v = 1, n do
                table.insert(parts, node("n" .. v, random:int(3) > 1 and { t = 1 } or { k = "router" }))
                dist[v] = {}
            end
            table.insert(parts, node("source", { t = 0 }))
            for _ = 1, 2 * n do
                local a, b, km = random:int(n), random:int(n), random:int(64) / 8
                table.insert(parts, edge("n" .. a, "n" .. b, random:int(1000), km))
                dist[a][b] = math.min(dist[a][b] or math.huge, km)
                if not directed then dist[b][a] = math.min(dist[b][a] or math.huge, km) end
            end
            for via = 1, n do
                for a = 1, n do
                    for b = 1, n do
                        local detour = (dist[a][via] or math.huge) + (dist[via][b] or math.huge)
                        if detour < (dist[a][b] or math.huge) then dist[a][b] = detour end
                    end
                end
            end
            graph(directed and "directed" or "undirected", table.unpack(parts))
            local system = assert(load_with { links = { rate = "rate", delay = "km" } })
            local found = {}
            for _, l in ipairs(system.links) do found[l.from .. l.to] = l.delay end
            for _, from in ipairs(system.nodes) do
                for _, to in ipairs(system.nodes) do
                    local a, b = tonumber(from.name:match "%d+"), tonumber(to.name:match "%d+")
                    if a ~= b then
                        assert.equal(a and b and dist[a][b], found[from.name .. to.name], "seed " .. seed)
                    end
                end
            end
        end
    end)

    it("says which element is wrong", function()
        graph("undirected", node("a", { t = 0 }), node("b", { t = 1 }), edge("a", "b", 5))
        assert.equal('node "a": has no speed, and tier 0 gives none', complaint { tiers = {} })
        assert.equal('node "b": has no power, and tier 1 gives none',
            complaint { tiers = { [0] = TIERS[0], { speed = 1 } } })
        assert.equal('node "a": speed must be a finite number, greater than 0, not 0',
            complaint { nodes = { speed = function() return 0 end } })
        assert.equal('node "a": power must be a finite number, not negative, not low',
            complaint { nodes = { power = function() return "low" end } })
        assert.equal('node "a": its tier must be a whole number of at least 0, not 0.5',
            complaint { tier = 0.5 })
        assert.equal('node "a": its tier must be a whole number of at least 0, not core',
            complaint { tier = function() return "core" end })
        assert.equal("no node has a tier", complaint { tier = "label" })
        assert.equal('node "a": has no name', complaint { name = "label" })
        assert.equal('node "b": is called "x", as node "a" is',
            complaint { name = function() return "x" end })
        assert.equal('edge "b"-"a": has no rate', complaint { links = { rate = "km" } })
        assert.equal('edge "b"-"a": rate must be a finite number, greater than 0, not -1',
            complaint { links = { rate = -1 } })
        assert.equal('edge "b"-"a": delay must be a finite number, not negative, not nan',
            complaint { links = { rate = "rate", delay = 0 / 0 } }:gsub("-nan", "nan"))
        graph("undirected", node("a", { t = 0 }), edge("a", "b &amp; c", 5))
        assert.equal('node "b & c": is named by an edge only', complaint())
        graph("undirected", node("a", { t = 0 }), node("a", { t = 1 }))
        assert.equal('node "a": is there 2 times', complaint())
        local many = {}
        for i = 1, 1001 do many[i] = node(i, { t = 0 }) end
        graph("directed", table.unpack(many))
        assert.equal("1001 nodes have a tier; 1000 are the most", complaint())
        write "<graphml>"
        assert.is_truthy(complaint():find("^no GraphML: Line 1: "))
    end)

    it("calls nodes by the ids that a file has as attributes, and else by their numbers", function()
        write('<graphml><key id="i" for="node" attr.name="id" attr.type="int"/><graph edgedefault="directed">'
            .. '<node id="a"><data key="i">7</data></node><node id="b"/><edge source="a" target="b"/>'
            .. "</graph></graphml>")
        local system, routes = assert(load_with {
            tier = 1, name = function(n) return n.id or "other" end, links = { rate = 2 },
        })
        assert.same({ link("7", "other", 2) }, system.links)
        assert.same({ { "7", "#2" } }, routes)
        assert.equal('node "#2": has no name', complaint { tier = 1 })
        write('<graphml><graph edgedefault="directed"><node id="a"/><edge source="a" target="b"/>'
            .. "</graph></graphml>")
        assert.equal('node "b": is named by an edge only', complaint { tier = 1 })
    end)

    it("keeps numbers as they are, whatever the attribute is called", function()
        write('<graphml><key id="c" for="node" attr.name="count" attr.type="double"/><graph><node id="a">'
            .. '<data key="c">2.5</data></node><node id="b"><data key="c">1e300</data></node></graph>'
            .. "</graphml>")
        local seen = {}
        assert(load_with { tier = 0, nodes = { speed = function(n) seen[n.id] = n.count end } })
        assert.same({ a = 2.5, b = 1e300 }, seen)
    end)

    it("does not count as nodes what stands in comments and texts", function()
        graph("undirected", '<!-- <node id="a"/> -->', node("a", { t = 0, l = '<![CDATA[<node id="a">]]>' }),
            '<?x <node id="a"/> ?>', node("ü", { t = 1 }), "<node id = 'b\"'/>", edge("a", 'b&quot;', 1),
            edge("b&#34;", "&#xfc;", 1))
        assert.equal(2, #assert(load_with {}).links)
    end)

    it("raises for wrong options, and answers for a file that is not there", function()
        assert.has_error(function() fl.import.graphml(path, { tier = {} }) end,
            "import.graphml: tier must be a rule")
        assert.has_error(function() fl.import.graphml(path, { by = "rate" }) end,
            'import.graphml: by must be "delay" or "hops", not "rate"')
        assert.equal("io", select(3, fl.import.graphml("/nowhere/a.graphml")))
    end)
end)
