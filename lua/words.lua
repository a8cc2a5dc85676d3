-- SPDX-License-Identifier: GPL-3.0-or-later
-- The program's words, rows of one table: usage, help, the options and arguments they take, and what they do,
-- which returns the exit code or raises { message, code }. `finlab.cli` reads the command line for them.

local finlab = require "finlab"
local core = require "finlab.core"
local pages = require "finlab.pages"
local report = require "finlab.report"

local EXIT = { -- by a result's status, and by the code of a failure
    optimal = 0, feasible = 0, infeasible = 1, unknown = 3,
    usage = 2, invalid = 2, unsupported = 2, memory = 4, io = 4, internal = 4,
}

--- Stop with a message and a code.
local function fail(message, code)
    error({ message = message, code = code }, 0)
end

--- Pass results on; stop when they are nil, message, code.
local function try(first, ...)
    if first == nil then fail(...) end
    return first, ...
end

--- The path of FILE, where "-" is standard input.
local function path_of(file)
    return file == "-" and "/dev/stdin" or file
end

local words = {}

words.solve = {
    usage = "solve FILE.json --method NAME [--option NAME=VALUE]... [--json]",
    summary = "find a placement with one method",
    help = [[
Reads the instance in FILE.json ("-": standard input), runs the method and reports its result.

--method NAME         one of `finlab methods`; options may follow: fin:gamma=30,engine=igraph
--option NAME=VALUE   an option of the method; `finlab methods NAME` lists them
--json                print the result record as one line of JSON]],
    arguments = { "FILE.json" },
    options = { method = "text", option = "list", json = "flag" },
}

--- The options table of a list of NAME=VALUE.
local function options_of(list)
    local options = {}
    for _, text in ipairs(list or {}) do
        local name, value = text:match("^([^=]+)=(.*)$")
        if not name then fail(("--option %s: should read NAME=VALUE"):format(text), "usage") end
        if options[name] then fail(("--option %s: is given twice"):format(name), "usage") end
        options[name] = value
    end
    return options
end

function words.solve.run(given, file)
    if not given.method then fail("solve: --method NAME is missing; finlab methods lists them", "usage") end
    local options = options_of(given.option)
    local inst = try(finlab.load(path_of(file)))
    if given.json then
        local line, status = try(inst:solve(given.method, options, "json"))
        io.write(line, "\n")
        return EXIT[status]
    end
    local result = try(inst:solve(given.method, options))
    io.write(report.result(result, try(inst:table())))
    return EXIT[result.status]
end

words.check = {
    usage = "check FILE.json PLAN.json [--json]",
    summary = "judge a plan",
    help = [[
Says what the plan in PLAN.json costs on the instance in FILE.json and whether it is allowed; exit code 1
when it is not. A plan is an array of {app, exit, nodes} or a result record.

--json                print the verdict as one line of JSON]],
    arguments = { "FILE.json", "PLAN.json" },
    options = { json = "flag" },
}

function words.check.run(given, file, plan)
    local inst = try(finlab.load(path_of(file)))
    local verdict, feasible = try(inst:check(path_of(plan), given.json and "json" or "table"))
    io.write(given.json and verdict .. "\n" or report.verdict(verdict))
    return feasible and 0 or 1
end

words.frontier = {
    usage = "frontier FILE.json [--curve] [--time-limit S] [--memory BYTES] [--json]",
    summary = "list every plan that trades energy, latency and accuracy",
    help = [[
Lists every Pareto-optimal plan of the instance in FILE.json within its deadline and accuracy target: no
other plan is better in energy, latency and accuracy at once. A looser deadline in FILE.json shows more.

--curve               trade energy against latency only: the least energy for every deadline
--time-limit S        stop after S seconds, with the plans known by then
--memory BYTES        stop when the search takes so much
--json                print all as one line of JSON]],
    arguments = { "FILE.json" },
    options = { curve = "flag", ["time-limit"] = "number", memory = "number", json = "flag" },
}

function words.frontier.run(given, file)
    local options = { curve = given.curve, time_limit = given["time-limit"], memory = given.memory }
    local inst = try(finlab.load(path_of(file)))
    local found, points, complete
    if given.json then
        found, points, complete = try(inst:frontier(options, "json"))
        io.write(found, "\n")
    else
        found = try(inst:frontier(options))
        points, complete = #found, found.complete
        io.write(report.frontier(found))
    end
    return points > 0 and EXIT.feasible or complete and EXIT.infeasible or EXIT.unknown
end

words.explain = {
    usage = "explain FILE.json [--method NAME] [--option NAME=VALUE]... [--json]",
    summary = "say why there is no plan and the least that would change it",
    help = [[
Says for every limit of the instance in FILE.json (deadlines, accuracy targets, capacities and memories of
nodes, capacities of links, and all of a kind by one factor) the smallest relaxation of this limit alone with
which all users can be served, or that there is none. Each answer is proven by solves; what they leave open is
said to be.
Of a feasible instance it says what a plan needs of each limit.

--method NAME         solves; the default is one that can prove and honours what the instance has
--option NAME=VALUE   an option of the method, for each solve
--json                print all as one line of JSON]],
    arguments = { "FILE.json" },
    options = { method = "text", option = "list", json = "flag" },
}

function words.explain.run(given, file)
    local options = options_of(given.option)
    local inst = try(finlab.load(path_of(file)))
    if given.json then
        local line, status = try(inst:explain(given.method, options, "json"))
        io.write(line, "\n")
        return EXIT[status]
    end
    local explanation = try(inst:explain(given.method, options))
    io.write(report.explanation(explanation))
    return EXIT[explanation.status]
end

words.emit = {
    usage = "emit FILE.json -o FILE.lp|.mps|.glp|.json|.dot|.graphml [--gamma N] [--app NAME]",
    summary = "write an instance in another format",
    help = [[
Writes the instance in FILE.json as the format that the other name ends in: the mixed-integer programme
as .lp (CPLEX LP), .mps (free MPS) or .glp (GLPK), .json, or .dot (Graphviz) or .graphml, FIN's graph, which
is that of one application.

-o, --output FILE     where to write
--gamma N             levels of FIN's graph; default 10
--app NAME            whose graph, where there are several applications]],
    arguments = { "FILE.json" },
    options = { output = "text", gamma = "integer", app = "text" },
}

--- FIN's graph of the application that is meant.
local function graph_of(inst, given)
    local names = {}
    for i, app in ipairs(try(inst:table()).apps) do
        names[i] = app.name
        names[app.name] = true
    end
    if not (given.app and names[given.app]) and (given.app or #names > 1) then
        fail(("--app: name one of %s"):format(table.concat(names, ", ")), "usage")
    end
    return try(finlab.graph(inst, { gamma = given.gamma, app = given.app }))
end

function words.emit.run(given, file)
    if not given.output then fail("emit: -o FILE is missing", "usage") end
    local what = try(finlab.load(path_of(file)))
    if given.output:match "%.dot$" or given.output:match "%.graphml$" then
        what = graph_of(what, given)
    elseif given.gamma or given.app then
        fail(("--%s: is for .dot and .graphml"):format(given.gamma and "gamma" or "app"), "usage")
    end
    try(what:write(given.output))
    return 0
end

words.decode = {
    usage = "decode FILE.json SOLUTION [--json]",
    summary = "judge what another solver found on an emitted programme",
    help = [[
Reads the solution file that a solver wrote for a programme that `finlab emit` made of FILE.json, and reports
the plan in it as `finlab solve` does. The judge says what it costs; that the solver calls it optimal is not
taken over, its objective stands as "claimed". Solution files of

  glpsol --lp FILE.lp -o SOLUTION        also --freemps FILE.mps, --glp FILE.glp, and -w SOLUTION
  cbc FILE.mps solve solution SOLUTION   also FILE.lp
  highs FILE.mps --solution_file SOLUTION

--json                print the result record as one line of JSON]],
    arguments = { "FILE.json", "SOLUTION" },
    options = { json = "flag" },
}

function words.decode.run(given, file, solution)
    local inst = try(finlab.load(path_of(file)))
    if given.json then
        local line, status = try(inst:decode(path_of(solution), "json"))
        io.write(line, "\n")
        return EXIT[status]
    end
    local result = try(inst:decode(path_of(solution)))
    io.write(report.result(result, try(inst:table())))
    return EXIT[result.status]
end

words.methods = {
    usage = "methods [NAME] [--json]",
    summary = "list the methods, or one and its options",
    help = [[
Lists every method with the most it may claim about its answer: that it is "optimal", a "bound" on the optimum
or the proof that there is no plan, or nothing. With NAME, one method and its options, and what it honours
itself beyond one application: on an instance with more, it places one user after another.

--json                print the descriptors as one line of JSON]],
    arguments = { "[NAME]" },
    options = { json = "flag" },
}

function words.methods.run(given, name)
    local descriptors = try(core.methods(given.json and "json" or "table", name))
    if given.json then
        io.write(descriptors, "\n")
    else
        io.write(name and report.method(descriptors[1]) or report.methods(descriptors))
    end
    return 0
end

words.generate = {
    usage = "generate --seed N [options] [-o FILE.json]",
    summary = "draw a random instance",
    help = [[
Draws an instance; the same options give the same instance everywhere. What is not given is drawn too,
small enough to try all plans.

--seed N              an integer from 0
--blocks N --exits N  per application
--nodes N --apps N
--tiers N             join the nodes by links between that many tiers only
--tight WORD          deadlines: loose, medium or tight
--plain               chains and exits only: no pins, missing links, measured values, heads, shares or mean
                      latencies
--limits              capacities and memories that can bind
--binding             limits around what the applications' own cheapest plans take together
--users N             up to so many users per application
--admission           users may be refused
--slices              some applications reserve shares of some nodes' speed
--quantile            some deadlines are for a share of the samples
--deviations          times deviate, and some deadlines are for more than the mean latency
--codings             what is sent has codings
--optional            some exits may be switched off
--thresholds          exits have several operating points
--segments            on some nodes, times of runs of blocks
--serial              times of packing and unpacking what is sent
--energy-scale X      all energies times X
--time-scale X        all times times X
-o, --output FILE     write there instead of to standard output]],
    arguments = {},
    options = {
        seed = "integer", blocks = "integer", nodes = "integer", exits = "integer", apps = "integer",
        tiers = "integer", tight = "text", plain = "flag", limits = "flag",
        binding = "flag", users = "integer", admission = "flag", slices = "flag",
        quantile = "flag", deviations = "flag",
        codings = "flag", optional = "flag", thresholds = "flag", segments = "flag", serial = "flag",
        ["energy-scale"] = "number", ["time-scale"] = "number", output = "text",
    },
}

function words.generate.run(given)
    if not given.seed then fail("generate: --seed N is missing", "usage") end
    local recipe = {}
    for name, value in pairs(given) do recipe[name:gsub("-", "_")] = value end
    recipe.output = nil
    local inst = try(finlab.generate(recipe))
    if given.output then
        try(inst:write(given.output))
    else
        io.write(try(inst:json()), "\n")
    end
    return 0
end

words.rows = {
    usage = "rows STORE.db [--sweep NAME] [-o FILE]",
    summary = "print or convert what a store of sweeps holds",
    help = [[
Prints the sweeps in the store, or the rows of one of them. With -o, writes the rows of one or all as the
format that the name ends in: .csv, .json, .md, .tex or .txt.

--sweep NAME          the rows of this sweep
-o, --output FILE     where to write]],
    arguments = { "STORE.db" },
    options = { sweep = "text", output = "text" },
}

function words.rows.run(given, path)
    local store = finlab.store(path)
    if not given.sweep and not given.output then
        io.write(try(store:sweeps()):text())
        return 0
    end
    local rows = try(store:rows { sweep = given.sweep })
    if given.output then
        try(rows:write(given.output))
    else
        io.write(rows:text())
    end
    return 0
end

words.merge = {
    usage = "merge OUT.db IN.db...",
    summary = "join stores of sweeps",
    help = [[
Adds the rows of the stores IN.db to the store OUT.db, which is made when it is not there. A case that is in
OUT.db already stays as it is, but a result takes the place of an error.]],
    arguments = { "OUT.db", "IN.db..." },
    options = {},
}

function words.merge.run(_, out, ...)
    local added, present = try(finlab.store(out):merge(...))
    io.write(("%s: %d rows added, %d were there\n"):format(out, added, present))
    return 0
end

words.completion = {
    usage = "completion bash|zsh|fish",
    summary = "print what lets a shell complete finlab's words",
    help = [[
Prints a script for the shell. For bash, in ~/.bashrc: source <(finlab completion bash)]],
    arguments = { "bash|zsh|fish" },
    options = {},
}

words.report = {
    usage = "report STORE.db -o FILE.html [--title TEXT] [--instance FILE.json]...",
    summary = "show a store of sweeps as one page",
    help = [[
Writes one self-contained HTML page about the sweeps in the store: numbers, plots (where gnuplot is
installed), the most frequent plans, a table to sort and filter, and how the rows came about.

-o, --output FILE     where to write
--title TEXT          default: the store's name
--instance FILE.json  an instance of the rows, whatever deadline and target they have: plans are then drawn
                      with their costs]],
    arguments = { "STORE.db" },
    options = { output = "text", title = "text", instance = "list" },
}

function words.report.run(given, path)
    if not given.output then fail("report: -o FILE is missing", "usage") end
    local instances = {}
    for i, file in ipairs(given.instance or {}) do instances[i] = try(finlab.load(path_of(file))) end
    local command = "finlab " .. table.concat(arg, " ")
    local page = try(finlab.page(path, { title = given.title, instances = instances, command = command }))
    try(page:write(given.output))
    return 0
end

words.help = {
    usage = "help [WORD] [--man]",
    summary = "explain a word or a method",
    help = [[
Explains one of the program's words, or one method as `finlab methods NAME` does.

--man                 print all as a manual page: finlab help --man | man -l -]],
    arguments = { "[WORD]" },
    options = { man = "flag" },
}

local ORDER = {
    "solve", "check", "frontier", "explain", "emit", "decode", "methods", "generate", "rows", "merge",
    "completion", "report", "help",
}

local CODES = { -- from 0
    "a feasible plan (or done)", "proven infeasible (check: the plan is refused)",
    "bad input, usage or not supported", "no plan found and none disproved",
    "internal, memory or I/O failure",
}

function words.completion.run(_, shell)
    if shell ~= "bash" and shell ~= "zsh" and shell ~= "fish" then
        fail(("completion: %q is none of bash, zsh and fish"):format(shell), "usage")
    end
    io.write(pages[shell](words, ORDER, core.methods()))
    return 0
end

local function overview()
    local lines = {
        "finlab " .. finlab.version .. ": exact versus heuristic placement of early-exit networks", "",
        "  finlab SCRIPT.lua [ARGUMENTS]",
        "      run a Lua script, in which require \"finlab\" is the module",
        "  finlab -i",
        "      talk to the module at a prompt",
    }
    for _, word in ipairs(ORDER) do
        table.insert(lines, "  finlab " .. words[word].usage)
        table.insert(lines, "      " .. words[word].summary)
    end
    table.insert(lines, "\nExit codes:")
    for code, meaning in ipairs(CODES) do table.insert(lines, ("  %d  %s"):format(code - 1, meaning)) end
    return table.concat(lines, "\n") .. "\n"
end

local function page(word)
    return ("finlab %s\n\n%s\n"):format(words[word].usage, words[word].help)
end

local function joined(a, b)
    return table.move(b, 1, #b, #a + 1, table.move(a, 1, #a, 1, {}))
end

--- The end of a sentence about a name that is not among `known`: what it may have meant, or who knows more.
local function hint(name, known, where)
    local nearest = core.nearest(name, known)
    return nearest and ("; did you mean %s?"):format(nearest) or "; see " .. where
end

--- The names of all methods.
local function method_names()
    local names = {}
    for i, method in ipairs(core.methods()) do names[i] = method.name end
    return names
end

function words.help.run(given, word)
    if given.man then
        io.write(pages.man(words, ORDER, core.methods(), CODES))
    elseif words[word] then
        io.write(page(word))
    elseif not word then
        io.write(overview())
    else
        if not core.methods("table", word) then
            local said = hint(word, joined(ORDER, method_names()), "finlab help")
            fail(("help: there is no word or method %q%s"):format(word, said), "usage")
        end
        return words.methods.run({}, word)
    end
    return 0
end

return {
    rows = words, order = ORDER, exit = EXIT, -- by word, as listed, exit codes by the code of a failure
    fail = fail, hint = hint, joined = joined, overview = overview, page = page,
}
