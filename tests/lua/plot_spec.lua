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
        assert.matches("set title 'it''s `id` %$%(id%)' noenhanced", script)
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
