-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

local rows = {
    { method = "fin|γ", energy = 0.1 + 0.2, n = 3 },
    { method = 'a "b", c', energy = nil, n = 12 },
}
local columns = { { key = "method" }, { key = "energy", title = "energy (mJ)", format = "%.2f" }, "n" }

describe("fl.table", function()
    it("aligns text, numbers to the right", function()
        assert.equal("method    energy (mJ)   n\n"
            .. "fin|γ            0.30   3\n"
            .. 'a "b", c               12\n', fl.table(rows, columns):text())
    end)

    it("aligns other cells to the right on demand", function()
        local mixed = fl.table({ { x = "none" }, { x = "1.5" } }, { { key = "x", align = "right" } })
        assert.equal("   x\nnone\n 1.5\n", mixed:text())
        assert.equal("|    x |\n| ---: |\n| none |\n|  1.5 |\n", mixed:markdown())
    end)

    it("writes Markdown with bars escaped", function()
        local text = fl.table(rows, columns):markdown()
        assert.equal("| method   | energy (mJ) |   n |\n"
            .. "| -------- | ----------: | --: |\n"
            .. "| fin\\|γ   |        0.30 |   3 |\n"
            .. '| a "b", c |             |  12 |\n', text)
    end)

    it("writes CSV with every digit and quotes where they are needed", function()
        assert.equal("method,energy (mJ),n\nfin|γ,0.30000000000000004,3\n" .. '"a ""b"", c",,12\n',
            fl.table(rows, columns):csv())
    end)

    it("has numbers in other units for people, and as they are in CSV and JSON", function()
        local shown = fl.table({ { x = 0.5 }, { x = 2 }, { x = "none" } },
            { { key = "x", title = "%", scale = 100, format = "%.1f" } })
        assert.equal("%\n50.0\n200.0\nnone\n", shown:text())
        assert.equal("%\n0.5\n2\nnone\n", shown:csv())
        assert.equal('[{"x": 0.5},\n {"x": 2},\n {"x": "none"}]\n', shown:json())
    end)

    it("takes all fields when no columns are named", function()
        assert.equal("a,b\n1,\n,2\n", fl.table({ { a = 1 }, { b = 2 } }):csv())
        assert.equal("a\n", fl.table({}, { "a" }):csv())
    end)

    it("writes the file that the name asks for", function()
        local path = os.tmpname() .. ".md"
        local records = fl.table(rows, columns)
        assert.is_true(records:write(path))
        assert.equal(records:markdown(), assert(io.open(path)):read("a"))
        os.remove(path)
        assert.equal("invalid", select(3, records:write("x.doc")))
        assert.equal("io", select(3, records:write("/nowhere/x.csv")))
    end)
end)
