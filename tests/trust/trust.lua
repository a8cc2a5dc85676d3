-- SPDX-License-Identifier: GPL-3.0-or-later
-- What finlab is tried with, how often, with what figure, against what bar. Behind `./run trust`.
--
--   lua5.4 trust.lua [--short] [--list] [--table] [NAME...]      in the source tree, with the tests built
--
-- --short   what continuous integration has time for; without it the checks take hours
-- --list    only the names
-- --table   only the table of tests/README.md, with the figures in out/trust.jsonl
--
-- Each check is a command. It fails when the command does; its figure is a number that the command prints,
-- which must reach the bar in the long form. What was found is added to out/trust.jsonl, one object per line.

-- The fields of a check: `name`, `what` is tried, `run` in the long and `short` in the short form (none: only
-- in the long one), `figure` (a pattern; the numbers of all its matches are added up, or with `most` or
-- `largest` the largest counts), `unit`, and the bar: `least` or `most`. "@" is the build folder.
local CHECKS = {
    {
        name = "agreement",
        what = "random instances on which all methods, enumeration and a second judge agree",
        run = "@/tests/finlab_campaign --bugs out --replay tests/bugs 1000000",
        short = "@/tests/finlab_campaign --bugs out --replay tests/bugs 10000",
        figure = "(%d+) passed, 0 failed", unit = "instances", least = 1000000,
    },
    {
        name = "medium",
        what = "larger ones, of 12 to 20 blocks, against a plain dynamic programme",
        run = "@/tests/finlab_campaign --bugs out --only medium 10000",
        short = "@/tests/finlab_campaign --bugs out --only medium 100",
        figure = "(%d+) passed, 0 failed", unit = "instances", least = 10000,
    },
    {
        name = "scales",
        what = "pairs: energies times 1e-15..1e15, times times 1e-9..1e9, sizes times 1..1e12, "
            .. "same placement",
        run = "@/tests/finlab_campaign --bugs out --try scales 20000",
        short = "@/tests/finlab_campaign --bugs out --try scales 1000",
        figure = "\nall +%d+ +(%d+) +0\n", unit = "pairs", least = 100000,
    },
    {
        name = "relations",
        what = "pairs: an instance and one changed in a way whose effect is known (order, "
            .. "names, scale, a dominated node, a relay, a useless exit, looser limits, the second best)",
        run = "@/tests/finlab_campaign --bugs out --try relations 20000",
        short = "@/tests/finlab_campaign --bugs out --try relations 1000",
        figure = "\nall +%d+ +(%d+) +0\n", unit = "pairs", least = 100000,
    },
    {
        name = "solvers",
        what = "emitted programmes (LP and MPS) that glpsol and CBC solve like method milp",
        run = "@/tests/finlab_campaign --bugs out --try solvers 1000",
        short = "@/tests/finlab_campaign --bugs out --try solvers 20",
        figure = "(%d+) passed, 0 failed", unit = "instances", least = 1000,
    },
    {
        name = "judge",
        what = "tests that a method's answer is judged again, and a lie is an error",
        run = "@/tests/test_core_result && @/tests/test_agreement_judge",
        short = "@/tests/test_core_result",
        figure = "Tested: (%d+)", unit = "tests", least = 20,
    },
    {
        name = "optima",
        what = "known optima of what is shipped, by shortest paths, integer programme and "
            .. "certificate",
        run = "ctest --test-dir @ -V -R '^lua.known$'",
        short = "ctest --test-dir @ -V -R '^lua.known$'",
        figure = "# (%d+) known optima", unit = "optima", least = 200,
    },
    {
        name = "gaps",
        what = "heuristics whose mean gap to the optimum is at most 0.1 points above the known one",
        run = "ctest --test-dir @ -V -R '^lua.gaps$'",
        short = "ctest --test-dir @ -V -R '^lua.gaps$'",
        figure = "# (%d+) heuristics", unit = "heuristics", least = 10,
    },
    {
        name = "malformed",
        what = "examples cut off at each byte, and with each byte missing or doubled",
        run = "ctest --test-dir @ -V -R '^fuzz'",
        short = "ctest --test-dir @ -V -R '^fuzz'",
        figure = "(%d+) inputs tried", unit = "inputs", least = 10000,
    },
    {
        name = "fuzzing",
        what = "what libFuzzer thinks up for the readers and for the agreement of all methods",
        run = "./run fuzz 120", figure = "number_of_executed_units: (%d+)", unit = "inputs", least = 1000000,
    },
    {
        name = "hostile",
        what = "odd values at every place; a gigabyte, endless nesting, cycles, huge names",
        run = "ctest --test-dir @ -V -R '^lua.hostile$'",
        short = "ctest --test-dir @ -V -R '^lua.hostile$'",
        figure = "# (%d+) odd values", unit = "values", least = 1000,
    },
    {
        name = "security",
        what = "names that attack SQL, markup, shell and gnuplot; files that are programs",
        run = "ctest --test-dir @ -V -R '^lua.security$'",
        short = "ctest --test-dir @ -V -R '^lua.security$'",
        figure = "ok (%d+) %- ", unit = "tests", largest = true, least = 8,
    },
    {
        name = "allocations",
        what = "allocations that fail: in the libraries, and under the Lua module",
        run = "@/tests/test_programs_failing_malloc && @/tests/test_programs_failing_lua deep",
        short = "@/tests/test_programs_failing_malloc && @/tests/test_programs_failing_lua",
        figure = "(%d+) failing allocations", unit = "allocations", least = 10000,
    },
    {
        name = "writes",
        what = "writing calls that fail, full devices and disks, for every writer",
        run = "FINLAB_TRIALS=1 ctest --test-dir @ -V --timeout 1800 -R '^lua.writes$'",
        short = "ctest --test-dir @ -V -R '^lua.writes$'",
        figure = "# (%d+) failing writes", unit = "calls", least = 250,
    },
    {
        name = "store",
        what = "sweeps that are killed, two writers, stores that vanish or fill up",
        run = "ctest --test-dir @ -V -R '^lua.sweep$'",
        short = "ctest --test-dir @ -V -R '^lua.sweep$'",
        figure = "ok (%d+) %- ", unit = "tests", largest = true, least = 30,
    },
    {
        name = "interrupt",
        what = "SIGINT and SIGTERM at any moment in every solver: seconds until it answers",
        run = "FINLAB_TRIALS=20 ctest --test-dir @ -V --timeout 3000 -R '^lua.interrupt$'",
        short = "ctest --test-dir @ -V -R '^lua.interrupt$'",
        figure = "slowest answer after ([%d.]+) s", unit = "s", most = 1,
    },
    {
        name = "limits",
        what = "limits of time, memory and nodes on hard instances: seconds over the limit",
        run = "FINLAB_TRIALS=1 ctest --test-dir @ -V -R '^lua.limits$'",
        short = "ctest --test-dir @ -V -R '^lua.limits$'",
        figure = "# ([%d.]+) s over", unit = "s", most = 1,
    },
    {
        name = "determinism",
        what = "answers and files, byte for byte: gcc and clang, -O0, -O2, -O3, one worker "
            .. "and two, nodes in another order",
        run = "tests/trust/determinism.sh @ long",
        short = "tests/trust/determinism.sh @",
        figure = "(%d+) files the same", unit = "files", least = 1000,
    },
    {
        name = "lines",
        what = "lines of core, milp and heuristics that the tests run, in per cent",
        run = "tests/trust/coverage.sh", figure = "lines ([%d.]+) %%", unit = "%", least = 95,
    },
    {
        name = "branches",
        what = "branches there, without those of failing allocations, in per cent",
        run = "tests/trust/coverage.sh again", figure = "branches ([%d.]+) %%", unit = "%", least = 90,
    },
    {
        name = "sanitizers",
        what = "tests under the address and undefined-behaviour sanitizers",
        run = "./run test --asan", figure = "tests failed out of (%d+)", unit = "tests", least = 100,
    },
    {
        name = "threads",
        what = "tests of threads under the thread sanitizer",
        run = "tests/trust/threads.sh", figure = "(%d+) programs", unit = "programs", least = 1,
    },
    {
        name = "valgrind",
        what = "unit tests under valgrind",
        run = "tests/trust/valgrind.sh @ long",
        short = "tests/trust/valgrind.sh @",
        figure = "(%d+) programs", unit = "programs", least = 40,
    },
    {
        name = "warnings",
        what = "source files without a warning by gcc and clang, -Wconversion among them",
        run = "tests/trust/warnings.sh", figure = "(%d+) files without", unit = "files", least = 200,
    },
    {
        name = "collector",
        what = "Lua specs with the collector at its most aggressive",
        run = "tests/trust/collector.sh @ long",
        short = "tests/trust/collector.sh @",
        figure = "(%d+) specs", unit = "specs", least = 25,
    },
    {
        name = "mutation",
        what = "mutants of core, milp and heuristics that the tests notice, in per cent of those that can "
            .. "be noticed",
        run = "lua5.4 tests/mutation/mutate.lua", figure = "; noticed: ([%d.]+) %%", unit = "%", least = 90,
    },
    {
        name = "names",
        what = "the module's names, in definition file, manual and tests alike",
        run = "ctest --test-dir @ -V -R '^lua.(definition|manual)$'",
        short = "ctest --test-dir @ -V -R '^lua.(definition|manual)$'",
        figure = "ok (%d+) %- ", unit = "tests", least = 8,
    },
    {
        name = "gates",
        what = "faults planted in a copy that must turn a gate red",
        run = "ctest --test-dir @ -V -R '^(house.planted|gates)'",
        short = "ctest --test-dir @ -V -R '^(house.planted|gates)'",
        figure = "(%d+) planted faults", unit = "faults", least = 30,
    },
    {
        name = "reproduction",
        what = "claims of the README decided anew from nothing, in seconds",
        run = "tests/trust/reproduction.sh", figure = "reproduced in (%d+) s", unit = "s", most = 3600,
    },
}

local build = os.getenv "FINLAB_BUILD" or "build"

-- Telling -------------------------------------------------------------------------------------------------

local function grouped(number)
    local text = number == math.floor(number) and ("%d"):format(number) or ("%.4g"):format(number)
    if #text < 5 or not math.tointeger(number) then return text end
    return (text:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

local function bar_of(check)
    if check.most then return "at most " .. grouped(check.most) .. " " .. check.unit end
    return grouped(check.least) .. " " .. check.unit
end

--- The last figures by name, from out/trust.jsonl, of the long form only.
local function known_figures()
    local known, file = {}, io.open "out/trust.jsonl"
    if not file then return known end
    for line in file:lines() do
        local name, figure = line:match '"name": "(%w+)".*"form": "long".*"figure": ([%d.e+]+)'
        if name then known[name] = tonumber(figure) end
    end
    file:close()
    return known
end

--- The table of tests/README.md.
local function print_table()
    local known = known_figures()
    print "| check | what is tried | bar | last figure |\n| --- | --- | --- | --- |"
    for _, check in ipairs(CHECKS) do
        local figure = known[check.name] and grouped(known[check.name]) or ""
        print(("| `%s` | %s | %s | %s |"):format(check.name, check.what, bar_of(check), figure))
    end
end

-- Checking ------------------------------------------------------------------------------------------------

--- The figure in what a command printed: the sum of all matches, or the largest one; nil: there is none.
local function figure_in(output, check)
    local figure
    for number in output:gmatch(check.figure) do
        number = tonumber(number)
        local largest = check.most or check.largest
        figure = not figure and number or largest and math.max(figure, number) or figure + number
    end
    return figure
end

--- Run a check in one form: its state, figure and seconds.
local function try(check, form)
    local command = check[form == "long" and "run" or "short"]:gsub("@", build)
    local start, log = os.time(), ("out/trust-%s.txt"):format(check.name)
    local done, how, code = os.execute(("{ %s; } >%s 2>&1"):format(command, log))
    local file <close> = assert(io.open(log))
    local output = file:read "a"
    local figure = figure_in(output, check)
    local state = "met"
    if how == "exit" and code == 77 then
        state = "skipped"
    elseif not done or not figure or output:find "FAILED" then
        state = "failed"
    elseif form == "long" and (figure > (check.most or math.huge) or figure < (check.least or 0)) then
        state = "below the bar"
    end
    return state, figure, os.difftime(os.time(), start), command
end

local function record(check, form, state, figure, seconds, command)
    local out <close> = assert(io.open("out/trust.jsonl", "a"))
    out:write(('{"name": "%s", "form": "%s", "state": "%s", "figure": %s, "unit": "%s", "bar": "%s", '
        .. '"seconds": %d, "date": "%s", "command": "%s"}\n'):format(check.name, form, state,
        figure and ("%.10g"):format(figure) or "null", check.unit, bar_of(check), seconds,
        os.date "!%Y-%m-%dT%H:%M:%SZ", command:gsub('[\\"]', "\\%0")))
end

--- The last lines that a check printed, by which its failure can be told without the file.
local function end_of(name)
    local lines = {}
    for line in io.lines(("out/trust-%s.txt"):format(name)) do table.insert(lines, line) end
    return table.concat(lines, "\n", math.max(1, #lines - 24))
end

local form, only, chosen = "long", {}, false
for _, argument in ipairs(arg) do
    if argument == "--short" then
        form = "short"
    elseif argument == "--table" then
        return print_table()
    elseif argument == "--list" then
        for _, check in ipairs(CHECKS) do print(check.name) end
        return
    else
        only[argument], chosen = true, true
    end
end

os.execute "mkdir -p out"
local bad, tried = {}, 0
local HEADINGS = { "check", "state", "figure", "bar", "seconds", "what is tried" }
print(("%-13s %-13s %16s %-24s %7s  %s"):format(table.unpack(HEADINGS)))
for _, check in ipairs(CHECKS) do
    if (not chosen or only[check.name]) and (form == "long" or check.short) then
        local state, figure, seconds, command = try(check, form)
        record(check, form, state, figure, seconds, command)
        local bar = form == "long" and bar_of(check) or "(" .. bar_of(check) .. ")"
        print(("%-13s %-13s %16s %-24s %7d  %s"):format(check.name, state,
            figure and grouped(figure) or "-", bar, seconds, check.what))
        io.stdout:flush()
        tried = tried + 1
        if state == "failed" or state == "below the bar" then table.insert(bad, check.name) end
    end
end
if tried == 0 then error("trust: there is no such check; --list lists them", 0) end
if #bad > 0 then
    for _, name in ipairs(bad) do
        io.stderr:write(("\n== %s: the end of out/trust-%s.txt\n%s\n"):format(name, name, end_of(name)))
    end
    io.stderr:write("trust: not as it should be: ", table.concat(bad, ", "), "\n")
    os.exit(1)
end
print(("trust: %d checks, nothing unexplained"):format(tried))
