-- SPDX-License-Identifier: GPL-3.0-or-later
-- The paper without LaTeX, and README.md's table of claims: runs of all experiments, most of them quick, give
-- a value for every name in the paper's text, and decide the claims as README.md says.
local scripts = dofile("tests/lua/script.lua")
local read, run = scripts.read, scripts.run

local programs = assert(os.getenv("FINLAB")):gsub("[^/]*$", "tests/")

local folder

local function write(path, text)
    local file <close> = assert(io.open(path, "w"))
    file:write(text)
end

--- Run a script of this tree; it must end well.
local function must_run(path, format, ...)
    local code, out, err = run(path, format, ...)
    assert.equal(0, code, out .. err)
end

--- Run a program of the tests, silently.
local function must_execute(name, format)
    local command = ("unset LD_PRELOAD; '%s%s' "):format(programs, name) .. format:gsub("@", folder)
    assert(os.execute(command .. " 2>/dev/null"), command)
end

--- The value of each name in numbers.tex.
local function numbers(to)
    must_run("paper/generate.lua", "--out '%s' --to '%s/%s'", folder, folder, to)
    local values = {}
    for name, value in read(("%s/%s/numbers.tex"):format(folder, to)):gmatch "\\setval{([^{}]*)}{([^\n]*)}" do
        values[name] = value
    end
    return values
end

-- The keys of the claims that a row of README.md's table stands for. What it says of them in turn, if not the
-- same of all, has these names.
local ROWS = {
    { "FIN saves over 65 % against the rule in the released scripts, B-AlexNet on CIFAR-10",
        "saved-released-receiver", "saved-released-bottleneck" },
    { "so it does for every published network and data set", "everywhere-released-receiver",
        "everywhere-released-bottleneck" },
    { "FIN saves over 65 % against mcp, on average", "saved-mcp-receiver", "saved-mcp-bottleneck",
        "everywhere-mcp-receiver", "everywhere-mcp-bottleneck" },
    { "so it does at some operating point", "somewhere-receiver", "somewhere-bottleneck" },
    { "FIN with 3 or 10 levels matches the optimum", "matches-3-receiver", "matches-10-receiver",
        "matches-3-bottleneck", "matches-10-bottleneck" },
    { "FIN with 30 levels matches the optimum", "matches-30-receiver", "matches-30-bottleneck" },
    { "FIN takes polynomial time", "polynomial" },
    { "over 89 % with memory limits and several applications (journal)", "journal" },
    { "enumeration, exact search and integer programme agree; all methods on random instances", "agree",
        "campaign" },
    { "FIN lies between the optimum and that for a deadline so much shorter, and proves it",
        "bracket" },
    { "the levels that FIN needs grow with the blocks", "levels" },
    { "users placed one after another by FIN go unserved whom a joint optimum serves", "fewer",
        "fewer-best" },
    { "a plain descent finds the optimum at least as often as FIN with 30 levels", "descent" },
    { "while the system changes, no policy that does not see the slot beats planning again in each",
        "online" },
    { "the exact search is faster than the integer programme", "speed" },
    { "it is faster than FIN with 30 levels and without its bound", "speed-fin" },
}

--- "holds", or "receiver links: holds; bottleneck links: does not hold".
local function verdict_of(row, verdicts)
    local same, texts = true, {}
    for i = 2, #row do
        local verdict = assert(verdicts[row[i]], row[i])
        same = same and verdict == verdicts[row[2]]
        texts[i - 1] = ("%s links: %s"):format(row[i]:match "[^-]+$", verdict)
    end
    return same and verdicts[row[2]] or table.concat(texts, "; ")
end

describe("paper/generate.lua", function()
    local values

    setup(function()
        folder = scripts.temporary_folder()
        assert(os.execute("mkdir " .. folder))
        for _, name in ipairs { "savings", "networks" } do
            must_run(("experiments/%s.lua"):format(name), "--out '%s'", folder)
        end
        for _, name in ipairs { "optimality", "strategies", "worst", "multiapp", "online", "uncertainty" } do
            must_run(("experiments/%s.lua"):format(name), "--quick --out '%s'", folder)
        end
        must_execute("finlab_bench", "--quick --only 5x3 --limit 2 --out '@' >'@/bench.log'")
        must_execute("finlab_campaign", "--bugs '@' 300 >'@/campaign.txt'")
        must_run("experiments/claims.lua", "--quick --out '%s'", folder)
        values = numbers "tex"
    end)

    teardown(function() scripts.remove(folder) end)

    it("names every number that the text uses", function()
        for name in read("paper/paper.tex"):gmatch "\\val{(%w[^{}#]*)}" do
            assert.is_string(values[name], name)
        end
    end)

    it("writes every file that the text and the figures read", function()
        local texts = read "paper/paper.tex"
        for name in texts:gmatch "\\input{(figures/[^{}]*)}" do
            texts = texts .. read("paper/" .. name .. ".tex")
        end
        local n = 0
        for name in texts:gmatch "{generated/([^{}#]*)}" do
            read(("%s/tex/%s"):format(folder, name:find("%.") and name or name .. ".tex"))
            n = n + 1
        end
        assert.is_true(n > 10)
    end)

    it("decides every claim, and as README.md's table says", function()
        local verdicts, table_text, named = {}, read "README.md":match "| claim | verdict |\n(.-)\n\n", {}
        for name, value in pairs(values) do
            local key = name:match "^claim%.(.*)%.verdict$"
            if key then verdicts[key] = value end
        end
        local expected = { "| --- | --- |" }
        for _, row in ipairs(ROWS) do
            for i = 2, #row do named[row[i]] = true end
            table.insert(expected, ("| %s | %s |"):format(row[1], verdict_of(row, verdicts)))
        end
        assert.equal(table.concat(expected, "\n"), table_text)
        for key in pairs(verdicts) do assert.is_true(named[key], key .. " is in no row") end
    end)

    it("gives other numbers, where it matters, when one entry of a published network changes", function()
        write(folder .. "/changed.lua", ([[
            local fl = require "finlab"
            local published = fl.models.b_alexnet
            fl.models.b_alexnet = function(data)
                local model = published(data)
                model.blocks[2].ops = 2 * model.blocks[2].ops
                return model
            end
            arg = { [0] = "experiments/savings.lua", "--quick", "--out", "%s" }
            dofile "experiments/savings.lua"
        ]]):format(folder))
        must_run(folder .. "/changed.lua", "")
        local changed = numbers "changed"
        assert.are_not.equal(values["receiver.exact.released"], changed["receiver.exact.released"])
        assert.are_not.equal(values["receiver.exact.mcp"], changed["receiver.exact.mcp"])
        assert.equal(values["receiver.B-ResNet.most"], changed["receiver.B-ResNet.most"])
        assert.equal(values["medium.fin10.optimal"], changed["medium.fin10.optimal"])
    end)
end)
