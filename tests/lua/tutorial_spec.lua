-- SPDX-License-Identifier: GPL-3.0-or-later
-- The tutorials print what their comments say, and leave the files that they name.
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")
local gnuplot_runs = os.execute "gnuplot -e exit >/dev/null 2>&1"

local TUTORIALS = { -- and the files that each leaves
    ["1-first-solve"] = {},
    ["2-your-own"] = { "doorbell.json", "doorbell.svg" },
    ["3-verify-fin"] = {},
    ["4-new-heuristic"] = {},
    ["5-sweep-to-figure"] = {
        "deadlines.db", "deadlines.md", "deadlines.html", gnuplot_runs and "deadlines.svg",
    },
}

--- What the lines with an arrow promise.
local function promised(path)
    local lines = {}
    for line in io.lines(path) do
        local text = line:match "^%-%-> (.*)$"
        if text then table.insert(lines, text .. "\n") end
    end
    return table.concat(lines)
end

describe("experiments/tutorial", function()
    local folder

    setup(function()
        folder = os.tmpname()
        os.remove(folder)
        assert(os.execute("mkdir " .. folder))
    end)

    teardown(function() os.execute("rm -rf " .. folder) end)

    for name, files in pairs(TUTORIALS) do
        it(name .. " prints what it says", function()
            local path = ("experiments/tutorial/%s.lua"):format(name)
            for _ = 1, 2 do -- the second time on what the first one left
                local pipe = io.popen(("'%s' %s %s 2>/dev/null"):format(program, path, folder))
                local said = pipe:read "a"
                assert.is_true(pipe:close())
                assert.equal(promised(path), said)
            end
            assert.is_true(#promised(path) > 0)
            for _, file in ipairs(files) do
                assert(io.open(folder .. "/" .. file), file):close()
            end
        end)
    end

    it("is short: each under 40 lines", function()
        for name in pairs(TUTORIALS) do
            local n = 0
            for _ in io.lines(("experiments/tutorial/%s.lua"):format(name)) do n = n + 1 end
            assert.is_true(n < 40, ("%s has %d"):format(name, n))
        end
    end)

    it("is all tested here", function()
        local pipe, n = io.popen "ls experiments/tutorial", 0
        for file in pipe:lines() do
            n = n + 1
            assert.is_table(TUTORIALS[file:match "^(.*)%.lua$"], file)
        end
        pipe:close()
        assert.equal(5, n)
    end)
end)
