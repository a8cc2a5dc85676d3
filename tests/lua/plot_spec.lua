-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

-- not so without the package, and not under a preloaded sanitizer, which complains about gnuplot's own leaks
local gnuplot_runs = os.execute("gnuplot -e exit >/dev/null 2>&1")

local function plot()
    return fl.plot {
        title = "it's `id` $(id)",
        x = { label = "deadline", unit = "ms" },
        y = { label = "energy", unit = "mJ", log = true },
        series = {
            { name = "exact", points = { { 3, 0.1 + 0.2 }, { 4, 0 / 0 }, { 5, 21.532 } } },
            { name = "fin_30", points = { { 3, 97.55 } }, dashed = true },
        },
    }
end

describe("fl.plot", function()
    it("writes gnuplot commands with full digits and gaps", function()
        local script = plot():script("x.svg")
        assert.matches("\n3 0%.30000000000000004\n\n5 21%.532", script)
        assert.matches("set xlabel 'deadline %(ms%)'", script)
        assert.matches("set logscale y", script)
        assert.matches([[set title 'it'%."'"%.'s `id` %$%(id%)' noenhanced]], script)
    end)

    it("draws SVG and PNG", function()
        if not gnuplot_runs then return pending("gnuplot does not run here") end
        for ending, start in pairs { svg = "<?xml", png = "\x89PNG" } do
            local path = os.tmpname() .. "'s `touch pwned` $(x)." .. ending
            assert(plot():write(path))
            local file = assert(io.open(path, "rb"))
            assert.equal(start, file:read(#start))
            assert.is_true(file:seek("end") > 1000)
            file:close()
            os.remove(path)
        end
        assert.is_nil(io.open("pwned"))
    end)

    it("says why there is no figure", function()
        assert.equal("invalid", select(3, plot():write("x.bmp")))
        assert.equal("io", select(3, plot():write("/nowhere/x.svg")))
        assert.has_error(function() fl.plot { series = {} } end)
    end)

    it("keeps the old figure when gnuplot fails", function()
        if not gnuplot_runs then return pending("gnuplot does not run here") end
        local empty = fl.plot { series = { { name = "nothing", points = { { 1, nil } } } } }
        local path = os.tmpname() .. ".svg"
        assert(plot():write(path))
        local old = assert(io.open(path)):read("a")
        local drawn, message, code = empty:write(path)
        assert.equal(old, assert(io.open(path)):read("a"))
        os.remove(path)
        assert.is_nil(drawn)
        assert.matches("gnuplot: .*range is invalid", message)
        assert.equal("io", code)
    end)
end)

describe("kinds of plots", function()
    local values = { 3, 1, 2, 4, 5, 6, 7, 8, 9, 10, 100, 0 / 0 }

    local function of(kind, series, more)
        local description = { kind = kind, series = series }
        for key, value in pairs(more or {}) do description[key] = value end
        return fl.plot(description)
    end

    local all = {
        lines = { { points = { { 1, 2 }, { 2, 3 } } } },
        stairs = { { points = { { 1, 2 }, { 3, 1 } } }, { points = { { 1, 1 } } } },
        box = { { name = "a", values = values }, { name = "constant", values = { 1, 1 } }, { values = {} } },
        violin = { { name = "a", values = values }, { name = "constant", values = { 1 } }, { values = {} } },
        heat = { { points = { { 1, 1, 0 }, { 2, 1, 1 }, { 4, 1, 0.5 }, { 1, 2 }, { 2, 2, 3 } } } },
        frontier = { { name = "a", points = { { 1, 2, 3 } } }, { name = "b", points = { { 2, 1, 4 } } } },
    }

    it("are all drawn, in every format", function()
        if not gnuplot_runs then return pending("gnuplot does not run here") end
        for kind, series in pairs(all) do
            for ending, start in pairs { svg = "<?xml", png = "\x89PNG", pdf = "%PDF" } do
                local path = os.tmpname() .. "." .. ending
                local z = { label = "z", unit = "%" }
                assert(of(kind, series, { title = "x", x = {}, y = { least = 0 }, z = z }):write(path))
                local file = assert(io.open(path, "rb"))
                assert.equal(start, file:read(#start), kind)
                file:close()
                os.remove(path)
            end
        end
    end)

    it("are those and no others", function()
        assert.has_error(function() of("pie", all.lines) end)
        assert.has_error(function() of("quoted", all.lines) end)
    end)

    it("let each step reach the next one, and the last one the end", function()
        local free = of("stairs", all.stairs):script("x.svg")
        assert.matches("\n1 2\n3 1\n3.0800000000000001 1\nend_of_data", free)
        local bounded = of("stairs", all.stairs, { x = { most = 7 } }):script("x.svg")
        assert.matches("\n1 1\n7 1\nend_of_data", bounded)
    end)

    it("draw the box from the quartiles, with whiskers and what lies beyond", function()
        local script = of("box", all.box):script("x.svg")
        assert.matches("\n1 3.5 1 10 8.5 6\nend_of_data\n$series1_beyond << end_of_data\n1 100\n", script, 1,
            true)
    end)

    it("give a violin a width by density", function()
        local outline = of("violin", { { values = { 0, 0, 0, 0, 10 } } }):script("x.svg")
            :match("$series1 << end_of_data\n(.-)\nend_of_data")
        local widths, n = {}, 0
        for x, y in outline:gmatch("(%S+) (%S+)") do
            widths[tonumber(y)] = math.max(widths[tonumber(y)] or 0, tonumber(x) - 1)
            n = n + 1
        end
        assert.equal(163, n)
        assert.near(0.4, widths[0], 1e-12)
        assert.near(0.1, widths[10], 0.01)
        local bandwidth = 0.9 * math.sqrt(20) * 5 ^ -0.2
        assert.near(0.4 * 5 / 4 * math.exp(-0.5 * (5 / bandwidth) ^ 2), widths[5], 1e-3)
    end)

    it("cut a heat map half way between its values", function()
        local script = of("heat", all.heat):script("x.svg")
        assert.matches("\n1 1 0.5 1.5 0.5 1.5 0\n2 1 1.5 3 0.5 1.5 1\n4 1 3 5 0.5 1.5 0.5\n\n"
            .. "2 2 1.5 3 1.5 2.5 3\n", script, 1, true)
        assert.matches("set xrange [0.5:5]\nset yrange [0.5:2.5]", script, 1, true)
    end)
end)

describe("a table's plot", function()
    local rows = fl.table({
        { method = "b", deadline = 2e-3, accuracy = 0.5, energy = 4 },
        { method = "a", deadline = 2e-3, accuracy = 0.5, energy = 1 },
        { method = "a", deadline = 1e-3, accuracy = 0.5, energy = 3 },
        { method = "a", deadline = 1e-3, accuracy = 0.7, energy = 5 },
        { method = "b", deadline = 1e-3, accuracy = 0.5 },
    }, nil, { method = true, deadline = true, accuracy = true })
    local ms = { key = "deadline", scale = 1e3, unit = "ms" }

    it("has a series for each method, and means at ascending places", function()
        local drawn = rows:plot { x = ms, y = "energy", names = { a = "Alpha" }, title = "t" }
        assert.same({ "lines", "t" }, { drawn.kind, drawn.title })
        assert.same({
            { name = "b", points = { { 1 }, { 2, 4 } } }, { name = "Alpha", points = { { 1, 4 }, { 2, 1 } } },
        }, drawn.series)
        assert.matches("set xlabel 'deadline %(ms%)'", drawn:script("x.svg"))
    end)

    it("has the values of each method for a distribution", function()
        assert.same({ { name = "b", values = { 4 } }, { name = "a", values = { 1, 3, 5 } } },
            rows:plot({ kind = "box", y = "energy" }).series)
    end)

    it("has a mean at each place for a heat map", function()
        local drawn = rows:filter({ method = "a" }):plot { kind = "heat", x = ms, y = "accuracy" }
        assert.same({ { points = { { 2, 0.5, 1 }, { 1, 0.5, 3 }, { 1, 0.7, 5 } } } }, drawn.series)
    end)

    it("has three figures of each row for a frontier", function()
        local inst = assert(fl.generate { seed = 3, plain = true, tight = "loose" })
        local frontier = inst:frontier()
        local drawn = fl.table(frontier):plot { kind = "frontier", by = "nothing" }
        assert.equal("all", drawn.series[1].name)
        local first = frontier[1]
        assert.same({ first.latency, first.energy, first.accuracy }, drawn.series[1].points[1])
    end)

    it("has the shares of a performance profile", function()
        local drawn = rows:plot { kind = "profile" }
        assert.equal("stairs", drawn.kind)
        -- three cases: only (2 ms, 0.5) has both, where a is best and b takes 4 times as much
        assert.same({
            { name = "b", points = { { 1, 0 }, { 4, 100 * (1 / 3) } } },
            { name = "a", points = { { 1, 100 } } },
        }, drawn.series)
        assert.same({ "energy relative to the best", false, 1 + 1.05 * 3 },
            { drawn.x.label, drawn.x.log, drawn.x.most })
        assert.has_error(function() rows:plot { kind = "pie" } end)
    end)
end)
