-- SPDX-License-Identifier: GPL-3.0-or-later
-- Pictures of plans, and FIN's graph as a file.
local fl = require "finlab"
local NASTY = '<script>alert("x")</script> & \'it\''

--- Whether text is well-formed as far as tags go: every element is closed, nothing is left bare.
local function is_well_formed(text)
    local open = {}
    for closing, name, rest in text:gmatch "<(/?)([%w:]+)([^>]*)>" do
        if closing == "/" then
            if table.remove(open) ~= name then return false end
        elseif rest:sub(-1) ~= "/" then
            table.insert(open, name)
        end
    end
    return #open == 0
end

local function count(text, pattern)
    return select(2, text:gsub(pattern, ""))
end

local function nasty_instance(deadline)
    return assert(fl.instance {
        name = NASTY,
        system = {
            nodes = {
                { name = NASTY, speed = 1e10, power = 6 },
                { name = "edge", tier = 1, speed = 1e11, power = 100 },
            },
            links = { { from = NASTY, to = "edge", rate = 1e9 } },
        },
        apps = {
            { name = NASTY, source = NASTY, deadline = deadline or 1, accuracy = 0.8,
                blocks = { { name = NASTY, ops = 1e7, out_bits = 1e5 }, { ops = 1e7 }, { ops = 1e7 } },
                exits = { { after = 2, accuracy = 0.86 }, { after = 3, accuracy = 0.9 } } },
        },
    })
end

describe("fl.picture", function()
    it("draws the plan's path, its costs and its exit", function()
        local inst = nasty_instance()
        local svg = assert(fl.picture(inst, inst:solve "exact")):svg()
        assert.is_true(is_well_formed(svg))
        assert.equal(2, count(svg, 'class="path"'))
        assert.equal(2 + 3 + 3, count(svg, 'class="faint"')) -- there is no link back
        assert.equal(1, count(svg, 'class="final"'))
        assert.matches(">6 mJ<", svg)
        assert.matches(">1 ms<", svg)
        assert.matches("exit 1 of 2", svg)
        assert.matches(">tier 0<.*>tier 1<", svg)
        assert.is_nil(svg:find("<script", 1, true))
        assert.equal(1, count(svg, "://")) -- the name space: nothing is loaded
    end)

    it("draws what was refused, and says why", function()
        local inst = nasty_instance(1e-6)
        local result = inst:solve "cheapest"
        assert.equal("unknown", result.status)
        local svg = assert(fl.picture(inst, result)):svg()
        assert.matches("refused: .*deadline", svg)
        local missing = { { exit = 1, nodes = { "edge", NASTY } } }
        svg = assert(fl.picture(inst, missing)):svg()
        assert.equal(1, count(svg, 'class="broken"'))
    end)

    it("draws a panel for every placement, and any instance", function()
        for seed = 1, 40 do
            local inst = assert(fl.generate {
                seed = seed, apps = 2, users = 3, tight = "loose", slices = true,
            })
            local result = inst:solve "exact"
            if result.plan then
                local svg = assert(fl.picture(inst, result)):svg()
                assert.is_true(is_well_formed(svg), "seed " .. seed)
                assert.equal(#result.plan, count(svg, 'class="final"'), "seed " .. seed)
            end
        end
    end)

    it("leaves out nodes of large systems", function()
        local inst = assert(fl.generate { seed = 1, nodes = 200, tiers = 3, blocks = 4, tight = "loose" })
        local svg = assert(fl.picture(inst, inst:solve "exact")):svg()
        assert.matches("and 18%d more nodes", svg)
        assert.is_true(#svg < 1e6)
    end)

    it("says why there is no picture", function()
        local inst = nasty_instance()
        local result = { status = "unknown" }
        assert.equal("invalid", select(3, fl.picture(inst, result)))
        assert.equal("invalid", select(3, fl.picture(inst, { { exit = 9, nodes = {} } })))
        local picture = assert(fl.picture(inst, inst:solve "exact"))
        assert.equal("invalid", select(3, picture:write "x.png"))
        assert.equal("io", select(3, picture:write "/nowhere/x.svg"))
        assert.has_error(function() fl.picture(inst, 7) end)
    end)
end)

describe("fl.graph", function()
    --- Least weight from the source to the sink: vertices are numbered by block, but for the sink.
    local function shortest(graph)
        local least = { 0 }
        for _ = 1, 2 do -- the sink's number is smaller than its predecessors'
            for _, edge in ipairs(graph.edges) do
                local through = least[edge[1]] and least[edge[1]] + edge[3]
                if through and through < (least[edge[2]] or math.huge) then least[edge[2]] = through end
            end
        end
        return least[2]
    end

    it("is the graph in which FIN finds its plan", function()
        for seed = 1, 60 do
            local inst = assert(fl.generate { seed = seed, nodes = 3, blocks = 4 })
            local graph = assert(fl.graph(inst, { gamma = 12 }))
            local fin = inst:solve("fin", { gamma = 12, engine = "igraph" })
            local least = shortest(graph)
            assert.equal(fin.energy == nil, least == nil, "seed " .. seed)
            if least then assert.near(fin.energy, least, 1e-9 * least, "seed " .. seed) end
            local down = shortest(assert(fl.graph(inst, { gamma = 12, rounding = "down" })))
            if fin.bound then assert.near(fin.bound, down, 1e-9 * down, "seed " .. seed) end
        end
    end)

    it("writes every vertex and edge, whatever their names", function()
        local graph = assert(fl.graph(nasty_instance(), { gamma = 5 }))
        local xml, dot = graph:graphml(), graph:dot()
        assert.equal(#graph.vertices, count(xml, "<node "))
        assert.equal(#graph.edges, count(xml, "<edge "))
        assert.equal(#graph.edges, count(dot, " %-> "))
        assert.is_true(is_well_formed((xml:gsub("<%?.-%?>", ""))))
        assert.is_nil(xml:find("<script", 1, true))
        assert.is_nil(dot:find('[^\\]"x'))
    end)

    it("is refused when it is too large, and for other endings", function()
        local inst = nasty_instance()
        assert.equal("unsupported", select(3, fl.graph(inst, { gamma = 1000000 })))
        assert.equal("invalid", select(3, assert(fl.graph(inst)):write "x.svg"))
        assert.has_error(function() fl.graph(inst, { gamma = 0 }) end)
        assert.has_error(function() fl.graph(inst, { app = "nobody" }) end)
    end)

    it("is written by finlab emit", function()
        local program = assert(os.getenv "FINLAB")
        local json, dot = os.tmpname() .. ".json", os.tmpname() .. ".dot"
        local inst = nasty_instance()
        assert(inst:write(json))
        assert(os.execute(("'%s' emit %s -o %s --gamma 5"):format(program, json, dot)))
        local text = assert(io.open(dot)):read "a"
        os.remove(json)
        os.remove(dot)
        assert.equal(assert(fl.graph(inst, { gamma = 5 })):dot(), text)
    end)
end)
