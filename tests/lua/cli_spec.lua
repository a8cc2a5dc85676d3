-- SPDX-License-Identifier: GPL-3.0-or-later
-- The program as its user meets it: words, streams, exit codes.
local fl = require "finlab"
local scripts = dofile("tests/lua/script.lua")
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")
local read = scripts.take

--- Run the program through a shell: exit code, standard output, standard error. `format` may redirect.
local function finlab(format, ...)
    local out, err = os.tmpname(), os.tmpname()
    local command = ("exec >%s 2>%s; '%s' "):format(out, err, program) .. format:format(...)
    local _, how, code = os.execute(command)
    return how == "exit" and code or how .. " " .. code, read(out), read(err)
end

local function write(text)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
    return path
end

local TWO_TIERS = [[
{ "schema": "finlab/1", "name": "two tiers",
  "system": {
    "nodes": [ {"name": "mobile", "speed": 1e10, "power": 6, "tx_energy": 3e-8, "rx_energy": 3e-8},
               {"name": "edge", "speed": 1.5e11, "power": 140, "tx_energy": 3.7e-8, "rx_energy": 3.7e-8} ],
    "links": [ {"from": "mobile", "to": "edge", "rate": 1e9, "delay": 1e-4} ] },
  "apps": [ { "name": "camera", "source": "mobile", "deadline": DEADLINE, "accuracy": 0.8,
    "blocks": [ {"name": "b1", "ops": 2e7, "out_bits": 1e6, "nodes": ["mobile"]},
                {"name": "b2", "ops": 3e7} ],
    "exits":  [ {"after": 1, "accuracy": 0.56}, {"after": 2, "accuracy": 0.86} ] } ] }
]]

describe("finlab", function()
    local file, wide, late, broken

    setup(function()
        file = write((TWO_TIERS:gsub("DEADLINE", "0.004")))
        wide = write((TWO_TIERS:gsub("DEADLINE", "1")))
        late = write((TWO_TIERS:gsub("DEADLINE", "0.0001")))
        broken = write((TWO_TIERS:gsub("DEADLINE", "-1")))
    end)

    teardown(function()
        for _, path in ipairs { file, wide, late, broken } do os.remove(path) end
    end)

    describe("solve", function()
        it("reports energy, latency and the plan with units", function()
            local code, out, err = finlab("solve %s --method exact", file)
            assert.equal(0, code)
            assert.equal("", err)
            assert.matches("energy +107 mJ", out)
            assert.matches("latency +3.3 ms %(deadline 4 ms%)", out)
            assert.matches("b1 +mobile\nb2 +edge\n", out)
        end)

        it("prints the record as the only line with --json", function()
            local code, out, err = finlab("solve %s --method=exact --json", file)
            assert.equal(0, code)
            assert.equal("", err)
            assert.matches('^{"status": "optimal", "stop": "done", "method": "exact", "energy": 0%.107', out)
            assert.matches('"plan": %[{"app": "camera", "exit": 2, "nodes": %["mobile", "edge"%]}%]}\n$', out)
            assert.equal(1, select(2, out:gsub("\n", "\n")))
        end)

        it("ends with 1 when no plan is possible", function()
            local code, out = finlab("solve %s --method exact --json", late)
            assert.equal(1, code)
            assert.matches('^{"status": "infeasible"', out)
            assert.equal(1, (finlab("solve %s --method exact", late)))
        end)

        it("ends with 3 when no plan is found and none disproved", function()
            local code, out = finlab("solve %s --method single --json", file)
            assert.equal(3, code)
            assert.matches('"status": "unknown".*"energy": null.*"candidate": {', out)
            code, out = finlab("solve %s --method single", file)
            assert.equal(3, code)
            assert.matches("refused: ", out)
        end)

        it("ends with 2 for bad input, and names file and place", function()
            local code, out, err = finlab("solve %s --method exact --json", broken)
            assert.equal(2, code)
            assert.equal("", out)
            assert.equal("finlab: " .. broken .. ": /apps/0/deadline: ", err:sub(1, #broken + 28))
            local text = write("{ nonsense }")
            code, out, err = finlab("solve %s --method exact", text)
            os.remove(text)
            assert.equal(2, code)
            assert.equal("", out)
            assert.matches("^finlab: " .. text .. ": line 1, column ", err)
        end)

        it("ends with 2 for unknown methods and options", function()
            assert.equal(2, (finlab("solve %s --method magic", file)))
            assert.equal(2, (finlab("solve %s --method fin --option gama=3", file)))
            assert.equal(2, (finlab("solve %s --method fin --option gamma", file)))
            assert.equal(2, (finlab("solve %s --method fin --option gamma=3 --option gamma=3", file)))
            assert.equal(2, (finlab("solve %s", file)))
        end)

        it("passes options on", function()
            local _, out = finlab("solve %s --method fin --option gamma=40 --json", file)
            local _, same = finlab("solve %s --method fin:gamma=40 --json", file)
            local energy = '"energy": ([%d.e-]+)'
            assert.is_not_nil(out:match(energy))
            assert.equal(out:match(energy), same:match(energy))
        end)

        it("lists the k best plans", function()
            local _, out = finlab("solve %s --method exact:k=2", wide)
            assert.matches("rank +energy +latency +accuracy +plan\n1 +30 mJ .*\n2 +107 mJ ",
                (out:gsub("\n +", "\n")))
        end)

        it("ends with 4 when the file cannot be read", function()
            local code, _, err = finlab("solve /nowhere/x.json --method exact")
            assert.equal(4, code)
            assert.equal("finlab: /nowhere/x.json: cannot open: No such file or directory\n", err)
        end)

        it("reads standard input as -", function()
            assert.equal(0, (finlab("solve - --method exact <%s", file)))
        end)
    end)

    describe("check", function()
        it("judges records and bare plans", function()
            local _, record = finlab("solve %s --method exact --json", file)
            local plan = write(record)
            local code, out = finlab("check %s %s", file, plan)
            assert.equal(0, code)
            assert.matches("verdict +feasible", out)
            code, out = finlab("check %s %s --json", file, plan)
            assert.equal(0, code)
            assert.matches('^{"feasible": true, "energy": 0%.107.*}\n$', out)
            os.remove(plan)
        end)

        it("ends with 1 and the reason when the judge refuses", function()
            local plan = write('[{"exit": 2, "nodes": ["mobile", "mobile"]}]')
            local code, out = finlab("check %s %s", file, plan)
            assert.equal(1, code)
            assert.matches("reason +.*latency .* is over the deadline", out)
            os.remove(plan)
        end)

        it("ends with 2 for a plan of another shape", function()
            local plan = write('[{"exit": 3, "nodes": []}]')
            local code, _, err = finlab("check %s %s", file, plan)
            os.remove(plan)
            assert.equal(2, code)
            assert.equal("finlab: " .. plan .. ": /0/exit: ", err:sub(1, #plan + 19))
        end)
    end)

    describe("emit", function()
        it("writes the programme, and refuses other endings", function()
            local path = os.tmpname() .. ".lp"
            assert.equal(0, (finlab("emit %s -o %s", file, path)))
            assert.matches("[Mm]inimize", read(path))
            assert.equal(2, (finlab("emit %s -o x.foo", file)))
            assert.equal(2, (finlab("emit %s", file)))
            assert.equal(4, (finlab("emit %s --output=/nowhere/x.lp", file)))
        end)

        it("writes FIN's graph of the application that is named, where there are several", function()
            local several, dot = os.tmpname() .. ".json", os.tmpname() .. ".dot"
            local inst = assert(fl.generate { seed = 1, apps = 2 })
            assert(inst:write(several))
            local code, _, complaint = finlab("emit %s -o %s", several, dot)
            assert.equal(2, code)
            for _, app in ipairs(inst:table().apps) do
                assert.is_truthy(complaint:find(app.name, 1, true), complaint)
                assert.equal(0, (finlab("emit %s -o %s --app %s", several, dot, app.name)))
                assert.equal(assert(fl.graph(inst, { app = app.name })):dot(), read(dot))
            end
            assert.equal(2, (finlab("emit %s -o %s --app nobody", several, dot)))
            assert.equal(2, (finlab("emit %s -o x.lp --app %s", several, inst:table().apps[1].name)))
            os.remove(several)
        end)
    end)

    describe("generate", function()
        it("prints an instance that solve takes", function()
            local code, out = finlab("generate --seed 3 --nodes 4 --tight loose --plain")
            assert.equal(0, code)
            local path = write(out)
            assert.equal(0, (finlab("solve %s --method exact", path)))
            assert.equal(0, (finlab("generate --seed 3 --nodes 4 --tight loose --plain -o %s.json", path)))
            assert.equal(out, read(path .. ".json"):gsub("\n*$", "\n"))
            os.remove(path)
        end)

        it("ends with 2 for a recipe that makes no sense", function()
            for _, options in ipairs {
                "", "--seed x", "--seed 1 --nodes 0", "--seed 1 --colour red", "--seed",
                "--seed 1 --tight soft", "--seed 1 --seed 2", "--seed 1 --plain=yes", "--seed 1 more",
            } do
                local code, out, err = finlab("generate %s", options)
                assert.equal(2, code)
                assert.equal("", out)
                assert.matches("^finlab: ", err)
            end
        end)
    end)

    describe("methods and help", function()
        it("list and explain", function()
            local code, out = finlab("methods")
            assert.equal(0, code)
            assert.matches("\nfin +bound ", out)
            assert.matches("gamma +int", select(2, finlab("methods fin")))
            assert.equal(select(2, finlab("methods fin")), select(2, finlab("help fin")))
            assert.matches('^%[{"name": "fin", .*}%]\n$', select(2, finlab("methods fin --json")))
            assert.equal(1, select(2, select(2, finlab("methods genetic")):gsub("\nseed ", "")))
            assert.equal(2, (finlab("methods magic")))
        end)

        it("explain every word that the overview names", function()
            local code, overview = finlab("--help")
            assert.equal(0, code)
            assert.equal(overview, select(2, finlab("help")))
            local n = 0
            for word in overview:gmatch("\n  finlab (%l+) ") do
                local help = select(2, finlab("help %s", word))
                assert.equal("finlab " .. word, help:sub(1, #word + 7))
                assert.equal(help, select(2, finlab("%s --help", word)))
                n = n + 1
            end
            assert.is_true(n > 10)
        end)

        it("refuse what they do not know", function()
            local code, out, err = finlab("frobnicate")
            assert.equal(2, code)
            assert.equal("", out)
            assert.equal('finlab: no word "frobnicate"; see finlab --help\n', err)
            assert.equal(2, (finlab("")))
            assert.equal(2, (finlab("solve --frob")))
        end)

        it("say what may have been meant", function()
            for typed, said in pairs {
                slove = 'no word "slove"; did you mean solve?',
                ["help slove"] = 'help: there is no word or method "slove"; did you mean solve?',
                ["--versoin"] = 'no word "--versoin"; did you mean --version?',
                exact = "exact is a method: finlab solve FILE.json --method exact",
                ["two.json"] = "two.json is not a script: finlab solve two.json --method exact",
                ["solve two.json"] = "solve: --method NAME is missing; finlab methods lists them",
                ["solve x --metod=fin"] = "solve: no option --metod; did you mean --method?",
                ["solve x --colour"] = "solve: no option --colour; see finlab help solve",
                generate = "generate: --seed N is missing",
            } do
                local code, out, err = finlab("%s", typed)
                assert.equal(2, code)
                assert.equal("", out)
                assert.equal("finlab: " .. said .. "\n", err)
            end
            local _, _, err = finlab("solve %s --method fin:gama=3", file)
            assert.equal('finlab: gama: method "fin" has no such option; did you mean "gamma"?\n', err)
        end)

        it("know the version", function()
            local code, out = finlab("--version")
            assert.equal(0, code)
            assert.equal("finlab " .. require("finlab").version .. "\n", out)
        end)
    end)

    describe("a script", function()
        local function run(text, arguments)
            local path = write(text) .. ""
            os.rename(path, path .. ".lua")
            local code, out, err = finlab("%s.lua %s", path, arguments or "")
            os.remove(path .. ".lua")
            return code, out, err, path .. ".lua"
        end

        it("gets its arguments and the module", function()
            local code, out, _, path = run('print(require("finlab").version, arg[0], arg[1], ...)', "a 'b c'")
            assert.equal(0, code)
            assert.equal(require("finlab").version .. "\t" .. path .. "\ta\ta\tb c\n", out)
        end)

        it("ends with 2 and a traceback when it raises", function()
            local code, _, err = run("local function f() error('oops') end f()")
            assert.equal(2, code)
            assert.matches("^finlab: .*oops\nstack traceback:", err)
            assert.equal(2, (run("this is not Lua")))
            assert.equal(7, (run("os.exit(7)")))
        end)

        it("ends with 4 when it cannot be read", function()
            assert.equal(4, (finlab("/nowhere/x.lua")))
        end)
    end)

    describe("standard output", function()
        it("that is full or closed ends with 4", function()
            local solve = "solve " .. file .. " --method exact --json"
            for _, words in ipairs { solve, "methods", "--version", "--help" } do
                local code, _, err = finlab(words .. " >/dev/full")
                assert.equal(4, code)
                assert.matches("^finlab: standard output: ", err)
                code, _, err = finlab(words .. " >&-")
                assert.equal(4, code)
                assert.matches("^finlab: standard output: ", err)
            end
        end)
    end)
end)
