-- SPDX-License-Identifier: GPL-3.0-or-later
-- CSV as RFC 4180 has it, and where a file is none. The module is internal; traces and imports read by it.
require "finlab"
local csv = require "finlab.csv"

--- The cells of a text, and the lines where its rows begin.
local function parsed(text)
    local lines, rows = {}, assert(csv.parse(text, "t.csv"))
    for r, row in ipairs(rows) do
        lines[r], row.line = row.line, nil
    end
    return rows, lines
end

local function complaint(text)
    local rows, message, code = csv.parse(text, "t.csv")
    assert.is_nil(rows)
    assert.equal("invalid", code)
    return message
end

describe("files", function()
    local files = require "finlab.files"

    it("lists a folder in order, without hidden names", function()
        local folder = os.tmpname()
        os.remove(folder)
        os.execute(("mkdir %s"):format(folder))
        local names = {}
        for i = 1, 150 do
            names[i] = ("file%03d é"):format(i)
            assert(io.open(folder .. "/" .. names[i], "w")):close()
        end
        assert(io.open(folder .. "/.hidden", "w")):close()
        assert.same(names, files.list(folder))
        os.execute("rm -rf " .. folder)
        local none, message, code = files.list(folder)
        assert.is_nil(none)
        assert.equal(folder .. ": No such file or directory", message)
        assert.equal("io", code)
    end)
end)

describe("csv", function()
    it("reads cells with and without quotes, and line breaks within quotes", function()
        local rows, lines = parsed 'a,"b ""x"", y",\n"1\r\n2",3,""\nlast,,z'
        assert.same({ { "a", 'b "x", y', "" }, { "1\n2", "3", "" }, { "last", "", "z" } }, rows)
        assert.same({ 1, 2, 4 }, lines)
    end)

    it("passes over a byte order mark, blank lines, blanks around cells, and any line end", function()
        local rows, lines = parsed '\239\187\191 a , "b" \r\n\r\n  \n1,2\n\n'
        assert.same({ { "a", "b" }, { "1", "2" } }, rows)
        assert.same({ 1, 4 }, lines)
        assert.same({}, (parsed ""))
        assert.same({ { "a", "" } }, (parsed "a,"))
        assert.same({ { "" }, { "" } }, (parsed '""\n""'))
    end)

    it("says where quotes are wrong", function()
        assert.equal("t.csv: line 2, column 2: the quote does not end", complaint 'a,b\n1,"2\n3,4\n')
        assert.equal("t.csv: line 1, column 1: text after the closing quote", complaint '"a"b,c\n')
        assert.equal("t.csv: line 3, column 2: a quote inside a cell that does not begin with one",
            complaint 'a,"b\nc"\nd,e"f"\n')
    end)

    it("reads back what tables write, whatever is in the cells", function()
        local pieces, cells = { "a", '"', ",", "\n", " b", "é", "" }, {}
        for i = 0, 7 ^ 3 - 1 do
            cells[i + 1] = "x" .. pieces[i % 7 + 1] .. pieces[i // 7 % 7 + 1] .. pieces[i // 49 + 1] .. "x"
        end
        local rows = {}
        for i = 1, #cells - 2, 3 do
            table.insert(rows, { a = cells[i], b = cells[i + 1], c = cells[i + 2] })
        end
        local read = parsed(require "finlab.table"(rows, { "a", "b", "c" }):csv())
        assert.equal(#rows + 1, #read)
        for i, row in ipairs(rows) do assert.same({ row.a, row.b, row.c }, read[i + 1]) end
    end)

    it("takes decimal numbers only", function()
        assert.equal(2.5e-3, csv.number "2.5e-3")
        for _, text in ipairs { "", "0x10", "nan", "inf", "1,5", "1 2", "--1", "." } do
            assert.is_nil(csv.number(text))
        end
    end)

    it("takes quotes after blanks, and empty cells in quotes", function()
        assert.same({ { "a", "b, c", "" } }, (parsed 'a, "b, c" ,""\n'))
    end)

    it("says when a file cannot be read or is too large", function()
        local path = os.tmpname()
        assert(io.open(path, "w")):write("a,b\n1,2\n"):close()
        assert.equal(2, #assert(csv.read(path)))
        assert.equal(2, #assert(csv.read(path, 8)))
        local rows, message, code = csv.read(path, 7)
        assert.same({ nil, path .. ": larger than 7 bytes", "invalid" }, { rows, message, code })
        os.remove(path)
        rows, message, code = csv.read(path)
        assert.is_nil(rows)
        assert.is_truthy(message:find(path, 1, true))
        assert.equal("io", code)
        assert.equal("io", select(3, csv.read("/")))
    end)
end)
