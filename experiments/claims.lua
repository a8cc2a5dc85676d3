-- SPDX-License-Identifier: GPL-3.0-or-later
-- Which claims hold? Each claim of the FIN paper and of this toolkit, with what decides it, the command that
-- makes the figures, and the verdict: holds, does not hold, or cannot be checked, and why.
--
-- It reads what the other experiments have written and runs what none of them covers.

local fl = require "finlab"
local study = dofile((arg[0]:match("^.*/") or "") .. "study.lua")

local USAGE = [[
finlab experiments/claims.lua [--out DIR] [--jobs N] [--quick]

Prints each claim with its threshold, its figure and its verdict.

--out DIR   where what the other experiments have written is read and, where there are any, bench.json and
            campaign.txt; and where claims.md, claims.csv, claims-levels.csv, claims-times.csv and the store
            claims.db go (default: out)
--jobs N    worker processes for what takes no time measurements (default: 2)
--quick     few instances, to see whether it runs
]]

local given = study.options(USAGE, { out = "out", jobs = 2, quick = false })

local SAVED = 0.65 -- the INFOCOM paper's "over 65 %"
local SAVED_LATER = 89 -- the journal version's, in per cent
local MATCHED = { 3, 10, 30 } -- the levels that its authors' scripts use
local BRUTE = given.quick and 40 or 2000 -- instances for the comparison with all plans
local TRIALS = given.quick and 20 or 500 -- instances for FIN's guarantee, and for the levels needed
local BLOCKS = { 4, 8, 16, 32 }
local LEVELS = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000 }
local ENOUGH = 0.9 -- of the instances must be solved optimally
local SLACK = 1.5 -- of the deadline over the least latency
local SLACKS = { 1.5, 2, 4 } -- in turn, for FIN's guarantee
local TIMED = { -- FIN's time, one dimension after the other
    engines = { "igraph", "native" }, -- the graph as published, and a search without a graph
    blocks = given.quick and { 10, 40 } or { 20, 40, 80 },
    gammas = given.quick and { 100, 400 } or { 200, 400, 800 },
}
local TIMED_BLOCKS, TIMED_GAMMA = TIMED.blocks[1], TIMED.gammas[1]
local REPETITIONS, SPAN = 7, 0.02 -- of a measurement, and the seconds that one must take at least
local POLYNOMIAL = 2 -- exponent of the time above which the claim fails; the proof says 1

local JOINT = "joint optimum (colgen)" -- as experiments/multiapp.lua calls it

local HOLDS, FAILS, OPEN = "holds", "does not hold", "cannot be checked"

--- A verdict and its figure in words.
local function decide(holds, format, ...)
    return { verdict = holds and HOLDS or FAILS, why = format:format(...) }
end

local function open(format, ...)
    return { verdict = OPEN, why = format:format(...) }
end

--- A file of another experiment as records.
local function records(name)
    return study.read_csv(given.out .. "/" .. name)
end

local function row_of(rows, wanted)
    return fl.table(rows):filter(wanted).rows[1]
end

--- The rows of a sweep of this script, done once.
local function sweep(jobs, description)
    description.store = given.out .. "/claims.db"
    local rows = study.try(fl.sweep(description):run { jobs = jobs, shard = false, retry = true })
    for _, row in ipairs(rows.rows) do
        if row.error then study.stop(4, "%s", row.error) end
    end
    return rows:filter({ status = "done" }).rows
end

-- What the FIN paper says ----------------------------------------------------------------------------------

--- Over the grid, on average, against a baseline under one model of a link.
local function saved_on_average(baseline, links)
    local rows = records "savings-summary.csv"
    if not rows then return open "no savings-summary.csv" end
    local optimum = row_of(rows, { links = links, method = "exact" })
    local fin = row_of(rows, { links = links, method = "fin", gamma = 30 })
    return decide(fin["saving_" .. baseline] >= SAVED,
        "FIN with 30 levels saves %.2f %%, the optimum %.2f %%; the optimum saves as much in %d of %d cells",
        100 * fin["saving_" .. baseline], 100 * optimum["saving_" .. baseline], optimum["reach_" .. baseline],
        optimum.cells - optimum.no_plan)
end

--- At some single point: the largest saving of the optimum against mcp for each model.
local function saved_somewhere(links)
    local rows = records "savings.csv"
    if not rows then return open "no savings.csv" end
    local energy, best, names = {}, {}, {}
    for _, row in ipairs(rows) do
        if row.links == links and row.method == "mcp" then
            energy[row.model .. row.deadline .. "|" .. row.target] = row.energy
        end
    end
    for _, row in ipairs(rows) do
        local baseline = energy[row.model .. row.deadline .. "|" .. row.target]
        if row.links == links and row.method == "exact" and row.energy and baseline then
            if not best[row.model] then table.insert(names, row.model) end
            best[row.model] = math.max(best[row.model] or 0, 1 - row.energy / baseline)
        end
    end
    local texts, most = {}, 0
    for i, name in ipairs(names) do
        texts[i] = ("%s %.2f %%"):format(name, 100 * best[name])
        most = math.max(most, best[name])
    end
    return decide(most >= SAVED, "largest saving of the optimum: %s", table.concat(texts, ", "))
end

--- Whether it is so for every network and data set that a baseline knows, under one model of a link.
local function saved_everywhere(baseline, links)
    local rows = records "networks.csv"
    if not rows then return open "no networks.csv" end
    local least, most, n, reached = nil, nil, 0, 0
    for _, row in ipairs(rows) do
        local saved = row.links == links and row["fin_" .. baseline]
        if saved then
            n, reached = n + 1, reached + (saved >= SAVED and 1 or 0)
            least = least and least["fin_" .. baseline] <= saved and least or row
            most = most and most["fin_" .. baseline] >= saved and most or row
        end
    end
    local function figure(row)
        return ("%.2f %% (%s, %s)"):format(100 * row["fin_" .. baseline], row.network, row.data)
    end
    return decide(reached == n, "in %d of %d; from %s to %s", reached, n, figure(least), figure(most))
end

--- FIN with so many levels is the optimum wherever there is a plan.
local function matches(gamma, links)
    local rows = records "savings-summary.csv"
    if not rows then return open "no savings-summary.csv" end
    local fin = row_of(rows, { links = links, method = "fin", gamma = gamma })
    local optimum = row_of(rows, { links = links, method = "exact" })
    local solvable = optimum.cells - optimum.no_plan
    return decide(fin.optimal == solvable,
        "optimal in %d of the %d cells with a plan; none found in %d; at worst %.4f times the optimum",
        fin.optimal, solvable, fin.no_plan - optimum.no_plan, fin.worst)
end

--- A drawn instance of chains and exits whose deadline leaves room, and that deadline; nil without a plan.
local function draw(recipe, slack)
    local drawn <close> = assert(fl.generate(recipe))
    local free <close> = assert(drawn:with { deadline = 1e9 })
    local fastest = assert(free:solve "fastest")
    if not fastest.energy or fastest.latency == 0 then return nil end
    return assert(drawn:with { deadline = slack * fastest.latency }), slack * fastest.latency
end

--- So many uneven blocks on five nodes, each faster and hungrier than the one before, all of them linked.
local function ladder(blocks)
    local system, app = { nodes = {}, links = {} }, { deadline = 1e9, source = "n1", blocks = {} }
    for n = 1, 5 do
        system.nodes[n] = {
            name = "n" .. n, speed = n * 1e9, power = n ^ 2, tx_energy = 1e-8, rx_energy = 1e-8,
        }
        for m = 1, 5 do
            if m ~= n then table.insert(system.links, { from = "n" .. n, to = "n" .. m, rate = 1e9 }) end
        end
    end
    for l = 1, blocks do
        app.blocks[l] = { ops = 1e7 * (1 + math.sin(l) / 3), out_bits = 1e6 * (1 + math.sin(2 * l) / 2) }
    end
    app.exits = { { after = blocks, accuracy = 1 } }
    local free <close> = assert(fl.instance { system = system, apps = { app } })
    return assert(free:with { deadline = 2 * assert(free:solve "fastest").latency })
end

--- Seconds of the processor's time that something takes, over enough repetitions to be measured.
local function clock(what)
    local n, start = 0, os.clock()
    repeat
        what()
        n = n + 1
    until os.clock() - start >= SPAN
    return (os.clock() - start) / n
end

--- Seconds of FIN on one instance: the least of several measurements, since other programs only add to them.
local function time_of(p)
    local inst <close>, least = ladder(p.blocks), math.huge
    for _ = 1, REPETITIONS do
        least = math.min(least, clock(function()
            assert(inst:solve("fin", { gamma = p.gamma, engine = p.engine }))
        end))
    end
    return { seconds = least }
end

local function times()
    local points = {}
    for _, blocks in ipairs(TIMED.blocks) do
        table.insert(points, { blocks = blocks, gamma = TIMED_GAMMA })
    end
    for _, gamma in ipairs(TIMED.gammas) do
        if gamma ~= TIMED_GAMMA then table.insert(points, { blocks = TIMED_BLOCKS, gamma = gamma }) end
    end
    return sweep(1, { name = "times", axes = { engine = TIMED.engines, point = points }, run = time_of })
end

--- The exponent with which an engine's time grows along one field, from its least to its largest value.
local function exponent(rows, engine, field, fixed, value)
    local first, last
    for _, row in ipairs(rows) do
        if row.engine == engine and row[fixed] == value then
            if not first or row[field] < first[field] then first = row end
            if not last or row[field] > last[field] then last = row end
        end
    end
    return math.log(last.seconds / first.seconds) / math.log(last[field] / first[field])
end

local function polynomial(rows)
    local texts, most = {}, 0
    for i, engine in ipairs(TIMED.engines) do
        local over_blocks = exponent(rows, engine, "blocks", "gamma", TIMED_GAMMA)
        local over_gamma = exponent(rows, engine, "gamma", "blocks", TIMED_BLOCKS)
        texts[i] = ("%s %.2f in the blocks and %.2f in the levels"):format(engine, over_blocks, over_gamma)
        most = math.max(most, over_blocks, over_gamma)
    end
    return decide(most <= POLYNOMIAL, "measured exponents: %s", table.concat(texts, "; "))
end

-- What this toolkit says -----------------------------------------------------------------------------------

--- Call visit with every list of nodes for the blocks up to `last`.
local function each_choice(nodes, last, visit, chosen)
    chosen = chosen or {}
    if #chosen == last then return visit(chosen) end
    for _, node in ipairs(nodes) do
        table.insert(chosen, node.name)
        each_choice(nodes, last, visit, chosen)
        table.remove(chosen)
    end
end

--- The least energy over all plans, each judged; nil when none is feasible.
local function brute(inst)
    local description, least = assert(inst:table()), nil
    local app = description.apps[1]
    for e, exit in ipairs(app.exits) do
        each_choice(description.system.nodes, exit.after, function(nodes)
            local verdict = inst:evaluate { { app = app.name, exit = e, nodes = nodes } }
            if verdict and verdict.feasible then least = math.min(least or math.huge, verdict.energy) end
        end)
    end
    return least
end

--- Whether enumeration, the exact method and the programme agree on an instance of every feature.
local function agree(p)
    local inst <close> = assert(fl.generate { seed = p.seed, blocks = 1 + p.seed % 5,
        nodes = 1 + p.seed % 4 })
    local least, exact, milp = brute(inst), assert(inst:solve "exact"), assert(inst:solve "milp")
    return {
        solvable = least ~= nil,
        agree = study.same(least, exact.energy) and study.same(least, milp.energy)
            and exact.status == milp.status,
    }
end

local function three_agree()
    local rows = sweep(given.jobs, { name = "brute", seeds = fl.range(1, BRUTE), run = agree })
    local solvable, wrong = 0, 0
    for _, row in ipairs(rows) do
        solvable, wrong = solvable + (row.solvable and 1 or 0), wrong + (row.agree and 0 or 1)
    end
    return decide(wrong == 0, "%d random instances, %d of them with a plan: %d contradictions", #rows,
        solvable, wrong)
end

--- The total of a campaign, which compares every method on many more instances.
local function campaign()
    local file = io.open(given.out .. "/campaign.txt")
    local text = file and file:read "a" or ""
    if file then file:close() end
    local instances, answers, faults = text:match "\nall +(%d+) +(%d+) +(%d+)"
    if not instances then return open "no campaign.txt: not run here" end
    return decide(faults == "0", "%s random instances of all families, %s answers: %s contradictions",
        instances, answers, faults)
end

--- Whether both of FIN's bounds hold: its plan costs at most the optimum for the shortened deadline, its
-- bound at most the optimum.
local function bracket(p)
    local slack = SLACKS[p.seed % #SLACKS + 1]
    local inst <close>, deadline = draw({ seed = p.seed, blocks = p.blocks, nodes = 4, plain = true }, slack)
    if not inst then return { drawn = false } end
    local short <close> = assert(inst:with { deadline = deadline * (1 - (p.blocks - 1) / p.gamma) })
    local fin = assert(inst:solve("fin", { gamma = p.gamma }))
    local optimum, within = assert(inst:solve "exact").energy, assert(short:solve "exact").energy
    return {
        drawn = true, above = within ~= nil,
        upper = not within or fin.energy ~= nil and not study.less(within, fin.energy),
        lower = not (fin.bound and study.less(optimum, fin.bound)),
        tight = fin.bound ~= nil and study.same(fin.bound, optimum),
    }
end

local function guarantee()
    local rows = sweep(given.jobs, {
        name = "bracket", axes = { blocks = { 6 }, gamma = { 10, 20, 50 } },
        seeds = fl.range(1, TRIALS), run = bracket,
    })
    local n, above, wrong, tight = 0, 0, 0, 0
    for _, row in ipairs(rows) do
        if row.drawn then
            n, above = n + 1, above + (row.above and 1 or 0)
            wrong, tight = wrong + (row.upper and row.lower and 0 or 1), tight + (row.tight and 1 or 0)
        end
    end
    return decide(wrong == 0,
        "%d runs, in %d of which the shortened deadline leaves a plan: %d exceptions; bound tight in %.1f %%",
        n, above, wrong, 100 * tight / n)
end

--- The least number of levels from which on FIN finds the optimum of an instance; nil when none suffices.
local function levels_needed(p)
    local inst <close> = draw({ seed = p.seed, blocks = p.blocks, nodes = 4, plain = true }, SLACK)
    if not inst then return { drawn = false } end
    local optimum, needed = assert(inst:solve "exact").energy, nil
    for _, gamma in ipairs(LEVELS) do
        local fin = assert(inst:solve("fin", { gamma = gamma }))
        needed = study.same(fin.energy, optimum) and (needed or gamma) or nil
    end
    return { drawn = true, needed = needed }
end

--- For each number of blocks the least number of levels that suffices for ENOUGH of the instances.
local function levels()
    local rows = sweep(given.jobs, {
        name = "levels", axes = { blocks = BLOCKS }, seeds = fl.range(1, TRIALS), run = levels_needed,
    })
    local found = {}
    for _, blocks in ipairs(BLOCKS) do
        local of = fl.table(rows):filter({ blocks = blocks, drawn = true }).rows
        local record = { blocks = blocks, instances = #of }
        for _, gamma in ipairs(LEVELS) do
            local solved = 0
            for _, row in ipairs(of) do solved = solved + (row.needed and row.needed <= gamma and 1 or 0) end
            record["gamma_" .. gamma] = solved / #of
            if solved >= ENOUGH * #of then record.enough = record.enough or gamma end
        end
        table.insert(found, record)
    end
    return found
end

local function levels_grow(found)
    local texts, holds = {}, true
    for i, record in ipairs(found) do
        texts[i] = ("%s for %d"):format(record.enough or "more than " .. LEVELS[#LEVELS], record.blocks)
        local before = found[i - 1]
        holds = holds and not (before and (record.enough or math.huge) < (before.enough or math.huge))
    end
    holds = holds and (found[#found].enough or math.huge) >= 2 * found[1].enough
    return decide(holds, "levels enough, by blocks: %s", table.concat(texts, ", "))
end

--- Whether one row is larger in a field than another, or as large for fewer users.
local function worse(row, other, field)
    if row[field] ~= other[field] then return row[field] > other[field] end
    return row.users < other.users or row.users == other.users and row.system < other.system
end

--- What placing one after another with FIN costs where the joint optimum is proven: the worst system and
-- number of users when `orders` of placing are tried and the best is kept, in `field`, less being better.
local function price(field, orders, format)
    local rows = records "multiapp.csv"
    if not rows then return open "no multiapp.csv" end
    local proven, best, worst = {}, {}, nil
    for _, row in ipairs(rows) do
        local case = row.system .. row.users
        if row.method == JOINT then proven[case] = row.status == "optimal" end
        if row.method:find(orders) and row[field] < (best[case] and best[case][field] or math.huge) then
            best[case] = row
        end
    end
    for case, row in pairs(best) do
        if proven[case] and (not worst or worse(row, worst, field)) then worst = row end
    end
    if not worst then return open "no proven joint optimum to compare with" end
    return decide(worst[field] > 0, format, worst[field], worst.users, worst.system)
end

--- Whether a descent from the greedy plan finds the optimum at least as often as FIN, in every family but
-- that with choices, which neither sees.
local function descent()
    local rows = records "strategies-summary.csv"
    if not rows then return open "no strategies-summary.csv" end
    local texts, holds = {}, true
    for _, row in ipairs(rows) do
        if row.method == "local" and row.family ~= "choices" then
            local fin = row_of(rows, { family = row.family, method = "fin:gamma=30" })
            holds = holds and row.optimal >= fin.optimal
            table.insert(texts, ("%s %.1f and %.1f %%"):format(row.family, 100 * row.optimal,
                100 * fin.optimal))
        end
    end
    return decide(holds, "optimal: %s", table.concat(texts, ", "))
end

-- Those that know the slot, or all slots.
local SEERS = { clairvoyant = true, ["fixed-best-in-hindsight"] = true }

--- Whether no policy that does not see the slot has less regret than planning again in each, anywhere.
local function planning_again()
    local rows = records "online.csv"
    if not rows then return open "no online.csv" end
    local cases, better, most = 0, 0, 0
    for _, row in ipairs(rows) do
        if not SEERS[row.policy] then
            local replan = row_of(rows,
                { network = row.network, scenario = row.scenario, policy = "replan" })
            cases, better = cases + 1, better + (study.less(row.cost, replan.cost) and 1 or 0)
            most = math.max(most, replan.percent)
        end
    end
    return decide(better == 0, "of %d averages over traces %d are lower; its regret is at most %.2f %%",
        cases, better, most)
end

local function figure(ratio) return (ratio < 100 and "%.3g" or "%.0f"):format(ratio) end

--- Whether an engine of the benchmark takes longer than the exact method on every instance, in one run.
local function slower(engine)
    local file = io.open(given.out .. "/bench.json")
    if not file then return open "no bench.json: not measured here" end
    local text = file:read "a"
    file:close()
    local ratios = {}
    for record in text:gmatch "{[^{}]*}" do
        if record:find(('"engine": "%s"'):format(engine), 1, true) and record:find '"end": "done"' then
            table.insert(ratios, tonumber(record:match '"ratio_to_exact": ([%d.e+-]+)'))
        end
    end
    if #ratios == 0 then return open "no measurement of both in bench.json" end
    table.sort(ratios)
    local least, most, median = figure(ratios[1]), figure(ratios[#ratios]), figure(fl.stats.median(ratios))
    return decide(ratios[1] > 1, "%d instances: %s to %s times as long as the exact method, median %s",
        #ratios, least, most, median)
end

-- The list --------------------------------------------------------------------------------------------------

local FEWER = "up to %d fewer than the joint optimum (%d users, %s)"
local NAMES = { released = "the rule in the released scripts", mcp = "multi-constrained path" }

local function command(name) return "finlab experiments/" .. name .. ".lua" end

local function claims(timed, found)
    local list = {}
    local function add(source, key, claim, threshold, how, answer, claimed)
        table.insert(list, {
            source = source, key = key, claim = claim, threshold = threshold, command = how,
            verdict = answer.verdict, why = answer.why, claimed = claimed,
        })
    end
    local fin, here, percent = "FIN", "finlab", math.floor(100 * SAVED + 0.5)
    for _, baseline in ipairs { "released", "mcp" } do
        for _, links in ipairs { "receiver", "bottleneck" } do
            add(fin, ("saved-%s-%s"):format(baseline, links),
                ("over %d %% energy saved against %s, %s links"):format(percent, NAMES[baseline], links),
                ("mean saving of FIN with 30 levels over the grid at least %d %%"):format(percent),
                command "savings", saved_on_average(baseline, links), percent)
        end
    end
    for _, baseline in ipairs { "released", "mcp" } do
        for _, links in ipairs { "receiver", "bottleneck" } do
            add(fin, ("everywhere-%s-%s"):format(baseline, links),
                ("over %d %% saved with every network and data set, against %s, %s links"):format(percent,
                    NAMES[baseline], links),
                ("mean saving of FIN with 30 levels at least %d %% for each"):format(percent),
                command "networks", saved_everywhere(baseline, links))
        end
    end
    for _, links in ipairs { "receiver", "bottleneck" } do
        add(fin, "somewhere-" .. links,
            ("over %d %% saved against %s at some point, %s links"):format(percent, NAMES.mcp, links),
            ("largest saving of the optimum at least %d %%"):format(percent), command "savings",
            saved_somewhere(links))
    end
    for _, links in ipairs { "receiver", "bottleneck" } do
        for _, gamma in ipairs(MATCHED) do
            add(fin, ("matches-%d-%s"):format(gamma, links),
                ("FIN with %d levels matches the optimum, %s links"):format(gamma, links),
                "optimal in every cell of the grid that has a plan", command "savings", matches(gamma, links))
        end
    end
    add(fin, "polynomial", "a solution in polynomial time",
        ("time grows with an exponent of at most %d in blocks and in levels"):format(POLYNOMIAL),
        command "claims", polynomial(timed))
    add(fin, "journal",
        ("over %d %% saved with limited memory and several applications (journal)"):format(SAVED_LATER),
        "the published settings", "none",
        open "memory sizes, mixes of users and the order of placing are not in the released scripts",
        SAVED_LATER)
    add(here, "agree", "enumeration, the exact method and the integer programme agree", "no contradiction",
        command "claims", three_agree())
    add(here, "campaign", "all methods agree on random instances of every family", "no contradiction",
        "./run campaign 100000", campaign())
    add(here, "bracket", "FIN lies between the optimum and the optimum for the shortened deadline",
        "no exception", command "claims", guarantee())
    add(here, "levels", "the number of levels that FIN needs grows with the number of blocks",
        ("levels for %d %% optimal never fall, and at least double"):format(100 * ENOUGH), command "claims",
        levels_grow(found))
    add(here, "fewer", "placing users one after another with FIN, in the order given, leaves users unserved",
        "more than 0 users", command "multiapp", price("fewer", "^FIN, as given$", FEWER))
    add(here, "fewer-best", "so does the best of all orders tried", "more than 0 users", command "multiapp",
        price("fewer", "^FIN", FEWER))
    add(here, "descent", "a descent finds the optimum at least as often as FIN with 30 levels",
        "in every family of instances", command "strategies", descent())
    add(here, "online", "no policy that does not see the slot beats planning again in every slot",
        "in no scenario for no network less mean cost", command "online", planning_again())
    add(here, "speed", "the exact method is faster than the integer programme",
        "on every instance of the benchmark", "./run bench", slower "milp (GLPK)")
    add(here, "speed-fin", "it is also faster than FIN with 30 levels", "on every instance of the benchmark",
        "./run bench", slower "fin, gamma 30")
    return list
end

-- All of it -------------------------------------------------------------------------------------------------

study.folder(given.out)
local timed, found = times(), levels()
local list = claims(timed, found)
local report = study.report "Which claims hold?"
for _, claim in ipairs(list) do
    report:section(("%s: %s"):format(claim.source, claim.claim), {
        ("%s: %s."):format(claim.verdict, claim.why), ("decided by: %s."):format(claim.threshold),
        ("command: %s"):format(claim.command),
    })
end
local levels_columns = { "blocks", "instances", "enough" }
for _, gamma in ipairs(LEVELS) do table.insert(levels_columns, "gamma_" .. gamma) end
study.write(given.out, {
    ["claims.md"] = report,
    ["claims.csv"] = fl.table(list, { "source", "key", "claim", "claimed", "threshold", "command", "verdict",
        "why" }),
    ["claims-levels.csv"] = fl.table(found, levels_columns),
    ["claims-times.csv"] = fl.table(timed, { "engine", "blocks", "gamma", "seconds" }),
})
