-- SPDX-License-Identifier: GPL-3.0-or-later
-- Questions about tables of records, against answers worked out by hand.
local fl = require "finlab"

-- Four cases; "b" has no plan in the last one.
local function runs()
    local energies = { a = { 1, 2, 3, 4 }, b = { 2, 2, 1 }, c = { 4, 4, 4, 4 } }
    local rows = {}
    for case = 1, 4 do
        for _, method in ipairs { "a", "b", "c" } do
            table.insert(rows, {
                case = case, half = case <= 2 and "first" or "second", method = method,
                energy = energies[method][case],
            })
        end
    end
    return fl.table(rows, nil, { case = true, method = true })
end

local function column(table_, key)
    local values = {}
    for i, row in ipairs(table_.rows) do values[i] = row[key] end
    return values
end

describe("a table", function()
    it("filters by fields and by functions", function()
        assert.same({ 1, 2, 3, 4 }, column(runs():filter { method = "a" }, "energy"))
        assert.same({ 2, 2 }, column(runs():filter(function(row) return row.energy == 2 end)
            :filter { method = "b" }, "energy"))
        assert.equal(0, #runs():filter({ method = "z" }).rows)
    end)

    it("derives fields without changing its own rows", function()
        local before = runs()
        local after = before:derive { double = function(row) return row.energy and 2 * row.energy end }
        assert.same({ 2, 4, 6, 8 }, column(after:filter { method = "a" }, "double"))
        assert.is_nil(before.rows[1].double)
        assert.equal("a,double\n1,2\n", fl.table({ { a = 1, b = 3 } }, { "a" })
            :derive({ double = function(row) return 2 * row.a end }):csv())
    end)

    it("sorts by several fields, keeps the order of equal rows and puts what is absent last", function()
        local rows = { { n = 2, m = 1 }, { m = 2 }, { n = 1, m = 3 }, { n = 2, m = 4 }, { n = "x" } }
        local sorted = fl.table(rows):sort("n")
        assert.equal("m,n\n3,1\n1,2\n4,2\n,x\n2,\n", sorted:csv())
        local methods = column(runs():sort("method", "case"), "method")
        assert.equal("aaaabbbbcccc", table.concat(methods))
    end)

    it("groups in the order in which values occur", function()
        local groups = runs():group("half", "method")
        assert.equal(6, #groups)
        assert.same({ half = "first", method = "a" }, groups[1].values)
        assert.same({ 1, 2 }, column(groups[1].table, "energy"))
        assert.equal(1, #fl.table({ { x = 1 }, { x = 1.0 } }):group("x"))
        assert.equal(2, #fl.table({ { x = "1" }, { x = 1 } }):group("x"))
    end)

    it("takes other columns", function()
        assert.equal("energy\n1\n", runs():filter({ case = 1, method = "a" }):select({ "energy" }):csv())
    end)
end)

describe("pivot", function()
    it("puts one value across and means into the cells", function()
        assert.equal("half,a,b,c\nfirst,1.5,2,4\nsecond,3.5,1,4\n",
            runs():pivot({ rows = "half", columns = "method", value = "energy" }):csv())
    end)

    it("reduces otherwise on demand, and leaves cells without numbers empty", function()
        assert.equal("half,a,b,c\nfirst,2,2,4\nsecond,4,1,4\n",
            runs():pivot({ rows = "half", columns = "method", with = "worst" }):csv())
        assert.equal("case,half,a,b,c\n4,second,4,,4\n", runs():filter({ case = 4 })
            :pivot({ rows = { "case", "half" }, columns = "method", with = function(x) return x[1] end })
            :csv())
        assert.equal("| half   |   b |\n| ------ | --: |\n| first  | 4.0 |\n| second | 2.0 |\n",
            runs():filter({ method = "b" })
            :pivot({ rows = "half", columns = "method", scale = 2, format = "%.1f" }):markdown())
        assert.has_error(function() runs():pivot { rows = "half", columns = "method", with = "magic" } end)
    end)

    it("keeps columns apart whose values look alike", function()
        local mixed = fl.table { { r = 1, c = "1", energy = 1 }, { r = 1, c = 1, energy = 2 } }
        assert.equal("r,1,1\n1,1,2\n", mixed:pivot({ rows = "r", columns = "c" }):csv())
    end)
end)

describe("summary", function()
    it("gives the figures of each group", function()
        local rows = runs():summary({ quantiles = { 0.25 } }).rows
        assert.same({ "a", "b", "c" }, { rows[1].method, rows[2].method, rows[3].method })
        local a, b = rows[1], rows[2]
        assert.same({ 4, 0, 2.5, 2.5 }, { a.n, a.missing, a.mean, a.median })
        assert.same({ 1, 4, 1.75 }, { a.least, a.worst, a.q25 })
        assert.same({ 3, 1, 2 }, { b.n, b.missing, b.median })
        assert.near(math.sqrt(5 / 3), a.deviation, 1e-15)
        assert.is_true(1 <= a.low and a.low < 2.5 and 2.5 < a.high and a.high <= 4)
        assert.same({ 4, 4 }, { rows[3].low, rows[3].high })
    end)

    it("says so when there is no number", function()
        local row = fl.table({ { method = "x" } }):summary().rows[1]
        assert.same({ method = "x", n = 0, missing = 1 }, row)
    end)
end)

describe("relate", function()
    it("adds the reference's value of the same case", function()
        local related = runs():relate { to = { method = "b" }, as = "b" }
        assert.same({ 2, 2, 1 }, column(related:filter { method = "c" }, "b"))
        assert.equal("method,b\nx,\n", fl.table({ { method = "x", n = 1, energy = 1 } }, { "method" })
            :relate({ to = { method = "b" }, as = "b", by = "n" }):csv())
    end)

    it("asks which fields name a case when nobody said", function()
        assert.has_error(function() fl.table({}):relate { to = { method = "b" } } end)
    end)
end)

describe("profile", function()
    it("is Dolan and Moré's", function()
        -- best by case: 1, 2, 1, 4; ratios a: 1 1 3 1, b: 2 1 1 -, c: 4 2 4 1
        assert.equal("method,ratio,share\na,1,0.75\na,3,1\nb,1,0.5\nb,2,0.75\nc,1,0.25\nc,2,0.5\nc,4,1\n",
            runs():profile():csv())
    end)

    it("starts at 0 for who is never best, and takes best values of 0", function()
        local rows = {
            { n = 1, method = "x", energy = 0 }, { n = 1, method = "y", energy = 1 }, { n = 2, method = "x" },
            { n = 3, method = "x", energy = 1 }, { n = 3, method = "y", energy = 1.5 },
        }
        assert.equal("method,ratio,share\nx,1,1\ny,1,0\ny,1.5,0.5\n",
            fl.table(rows):profile({ by = "n" }):csv())
    end)

    it("refuses two values of one case", function()
        local twice = fl.table { { n = 1, method = "x", energy = 1 }, { n = 1, method = "x", energy = 2 } }
        assert.has_error(function() twice:profile { by = "n" } end)
    end)
end)

describe("distance", function()
    it("measures everyone against one, where that has a value", function()
        local rows = runs():distance({ to = { method = "b" } }).rows
        local a, b, c = rows[1], rows[2], rows[3]
        assert.same({ "a", 3, 0, 1, 2 }, { a.method, a.cases, a.missing, a.same, a.worst })
        assert.same({ -0.5, 0, 2 }, a.gaps)
        assert.near(0.5, a.mean, 1e-15)
        assert.same({ 0, 3, 3 }, { a.median, a.worst_case.case, a.worst_case.energy })
        assert.near(1.8, a.q95, 1e-12)
        assert.same({ "b", 3, 3, 0 }, { b.method, b.cases, b.same, b.worst })
        assert.same({ 1, 3, 3 }, { c.gaps[1], c.worst, c.worst_case.case })
        local missing = runs():distance({ to = { method = "a" } }).rows[2]
        assert.same({ "b", 4, 1 }, { missing.method, missing.cases, missing.missing })
    end)

    it("says how near bounds are, and has no gap above nothing", function()
        local row = fl.table({
            { n = 1, method = "m", energy = 3, bound = 1 }, { n = 1, method = "r", energy = 2 },
            { n = 2, method = "m", energy = 4, bound = 4 + 1e-12 }, { n = 2, method = "r", energy = 4 },
            { n = 3, method = "m", energy = 1 }, { n = 3, method = "r", energy = 0 },
            { n = 4, method = "m", energy = 1 }, { n = 4, method = "r" },
        }):distance({ to = { method = "r" }, by = "n" }).rows[1]
        assert.same({ 3, 0, 1, { 0, 0.5 } }, { row.cases, row.missing, row.same, row.gaps })
        assert.same({ 2, 1, 0.25 }, { row.bounds, row.tight, row.below })
    end)
end)

describe("compare", function()
    it("counts cases and changes", function()
        local row = runs():compare({ a = "a", b = "b" }).rows[1]
        assert.same({ 3, 1, 1, 1, 1, 0 },
            { row.pairs, row.wins, row.ties, row.losses, row.only_a, row.only_b })
        assert.near((-0.5 + 0 + 2) / 3, row.mean, 1e-15)
        assert.equal(0, row.median)
        assert.near(2, row.worst, 1e-15)
        assert.equal(1, row.p)
    end)

    it("takes everyone else by itself", function()
        local rows = runs():compare({ b = "c" }).rows
        assert.same({ "a", "b" }, { rows[1].a, rows[2].a })
        assert.same({ 4, 3, 1, 0 }, { rows[1].pairs, rows[1].wins, rows[1].ties, rows[1].losses })
        assert.same({ 3, 1 }, { rows[2].pairs, rows[2].only_b })
        assert.near(2 * 0.125, rows[1].p, 1e-15)
    end)
end)

describe("a table's files", function()
    local awkward = fl.table({
        { text = "50 % of {a_b} & c\\d ~ #1^2 $x$ <γ>", n = 1.5e-7 }, { text = 'q"x", y\nz', n = -3.5 },
    }, { "text", "n" })

    it("escape LaTeX and give booktabs their rules", function()
        local lines = {}
        for line in awkward:latex():gmatch("[^\n]+") do table.insert(lines, line) end
        assert.same({ "\\begin{tabular}{lr}", "\\toprule" }, { lines[1], lines[2] })
        assert.matches("^text +& +n \\\\$", lines[3])
        assert.equal("\\midrule", lines[4])
        assert.equal("50 \\% of \\{a\\_b\\} \\& c\\textbackslash{}d \\textasciitilde{} "
            .. "\\#1\\textasciicircum{}2 \\$x\\$ "
            .. "\\textless{}$\\gamma$\\textgreater{} & $1.5\\times10^{-7}$ \\\\", lines[5])
        assert.matches('^q"x", y z +& +%$%-%$3.5 \\\\$', lines[6])
        assert.same({ "\\bottomrule", "\\end{tabular}" }, { lines[7], lines[8] })
    end)

    it("quote CSV and keep all digits", function()
        assert.equal('text,n\n50 % of {a_b} & c\\d ~ #1^2 $x$ <γ>,1.4999999999999999e-07\n'
            .. '"q""x"", y\nz",-3.5\n', awkward:csv())
    end)

    it("hold JSON, without what is no number", function()
        assert.equal('[{"n": 1, "text": "a\\"b"},\n {"text": "x"}]\n',
            fl.table({ { text = 'a"b', n = 1 }, { text = "x", n = 0 / 0 } }):json())
        assert.equal("[]\n", fl.table({}):json())
    end)

    it("have the format that their name asks for", function()
        local path = os.tmpname()
        os.remove(path)
        for ending, text in pairs { tex = awkward:latex(), json = awkward:json(), csv = awkward:csv() } do
            assert(awkward:write(path .. "." .. ending))
            assert.equal(text, assert(io.open(path .. "." .. ending)):read("a"))
            os.remove(path .. "." .. ending)
        end
    end)
end)
