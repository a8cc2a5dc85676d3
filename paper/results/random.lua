-- SPDX-License-Identifier: GPL-3.0-or-later
-- Random instances: how many levels FIN needs, worst cases, and how other strategies do.
local paper = ...

--- Methods as the tables call them.
local function title(method)
    local name = method:gsub("^fin:gamma=auto$", "FIN auto"):gsub("^fin:gamma=", "FIN, γ=")
    return (paper.tex((name:gsub(":goal=", ", "))):gsub("\\gamma%$=(%d+)", "\\gamma=%1$"))
end

--- Families are described in their report's headings: "## small: 1-7 blocks, 1-4 nodes; 941 instances".
local function describe(prefix, report)
    for family, what, instances in paper:text(report):gmatch "\n## (%w+): ([^;]+); (%d+) instances" do
        paper:set(("%s.%s.what"):format(prefix, family), "%s", (what:gsub("(%d)%-(%d)", "%1--%2")))
        paper:set(("%s.%s.instances"):format(prefix, family), "%s", instances)
    end
end

-- Not in the table: with one constraint, fastest is mcp but for ties.
local ABSENT = { fastest = true }

local function random_instances()
    local summary, curves = paper:records("optimality-summary.csv"), {}
    describe("drawn", "optimality.md")
    for _, family in ipairs { "small", "medium" } do
        local last -- with the most levels
        for _, row in ipairs(summary:filter({ family = family }).rows) do
            local prefix = ("%s.%s."):format(family, paper.name_of(row))
            paper:set(prefix .. "optimal", "%.1f %%", 100 * row.optimal)
            paper:set(prefix .. "noplan", "%.1f %%", 100 * row.no_plan)
            paper:set(prefix .. "mean", "%.2f %%", 100 * row.mean_gap)
            paper:set(prefix .. "worst", "%.0f", row.worst_gap + 1)
            if row.tight then
                paper:set(prefix .. "tight", "%.1f %%", 100 * row.tight)
                paper:set(prefix .. "below", "%.2f %%", 100 * row.bound_distance)
            end
            if row.gamma then
                last = row
                local point = curves[row.gamma] or { gamma = row.gamma }
                curves[row.gamma] = point
                point[family .. "optimal"], point[family .. "noplan"] = 100 * row.optimal, 100 * row.no_plan
                point[family .. "gap"] = row.mean_gap > 0 and 100 * row.mean_gap or nil
                point[family .. "below"] = row.bound_distance > 0 and 100 * row.bound_distance or nil
            end
        end
        paper:set(family .. ".most.optimal", "%.1f %%", 100 * last.optimal)
    end
    local list = {}
    for _, point in pairs(curves) do table.insert(list, point) end
    table.sort(list, function(a, b) return a.gamma < b.gamma end)
    paper:set("gamma.most", "%d", list[#list].gamma)
    paper:write_data("gamma.dat", {
        "gamma", "smalloptimal", "smallnoplan", "smallgap", "smallbelow", "mediumoptimal", "mediumnoplan",
        "mediumgap", "mediumbelow",
    }, list)
end

local function levels()
    local found, list = paper:records("claims-levels.csv").rows, {}
    local names = { "gamma" }
    for i, record in ipairs(found) do
        paper:set(("levels.%d.blocks"):format(i), "%d", record.blocks)
        paper:set(("levels.%d.enough"):format(i), "%s", record.enough or "more than were tried")
        table.insert(names, "blocks" .. record.blocks)
    end
    paper:set("levels.instances", "%d", found[1].instances)
    for key in pairs(found[1]) do
        local gamma = tonumber(key:match "^gamma_(%d+)$")
        if gamma then
            local row = { gamma = gamma }
            for _, record in ipairs(found) do row["blocks" .. record.blocks] = 100 * record[key] end
            table.insert(list, row)
        end
    end
    table.sort(list, function(a, b) return a.gamma < b.gamma end)
    paper:set("levels.most", "%d", list[#list].gamma)
    paper:write_data("levels.dat", names, list)
end

local function worst_cases()
    local rows = {}
    paper:set("worst.looked", "%s", paper:text("worst.md"):match "\n## (%d+) instances looked at")
    for _, row in ipairs(paper:records("worst.csv").rows) do
        local key = "worst." .. row.method:gsub("[^%w]", "")
        paper:set(key, "%s", paper.number(row.gap < 99 and "%.3g" or "%.0f", row.gap + 1))
        table.insert(rows, { title(row.method), paper.values[key],
            ("%d"):format(row.blocks), ("%d"):format(row.nodes), ("%.2f"):format(row.slack),
            ("%.1f"):format(100 * row.no_plan) })
    end
    paper:write_table("table-worst.tex", "lrrrrr",
        { "method", "times", "blocks", "nodes", "slack", "none \\%" }, rows)
end

-- Strategies -----------------------------------------------------------------------------------------------

local FAMILIES = { "published", "small", "medium", "large" }
local PROFILED = {
    { "fin:gamma=30", "fin" }, { "fin:gamma=auto", "auto" }, { "mcp", "mcp" }, { "larac", "larac" },
    { "greedy", "greedy" }, { "local", "descent" }, { "genetic", "genetic" }, { "edgent", "edgent" },
}
local RATIOS = { 1, 1.001, 1.002, 1.005, 1.01, 1.02, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4, 5, 7, 10 }

local function strategies_table()
    local rows, by_method = {}, {}
    describe("tried", "strategies.md")
    for _, row in ipairs(paper:records("strategies-summary.csv").rows) do
        local prefix = ("tried.%s.%s."):format(row.family, row.method:gsub("[^%w]", ""))
        paper:set(prefix .. "optimal", "%.1f %%", 100 * row.optimal)
        paper:set(prefix .. "noplan", "%.1f %%", 100 * row.no_plan)
        paper:set(prefix .. "mean", "%.2f %%", 100 * row.mean_gap)
        if not by_method[row.method] then
            by_method[row.method] = { title(row.method) }
            if not ABSENT[row.method] then table.insert(rows, by_method[row.method]) end
        end
        local cells = by_method[row.method]
        -- The family with choices has no columns: most strategies do not see what there is to choose.
        local shown = row.family == "choices" and {} or { "optimal", "no_plan", "mean_gap", "gap_95" }
        for _, key in ipairs(shown) do
            table.insert(cells, ("%.1f"):format(100 * row[key]))
        end
    end
    local heading = paper.heading({ "method" }, FAMILIES, { "opt.", "none", "mean", "95" })
    paper:write_table("table-strategies.tex", "l" .. ("@{\\quad}rrrr"):rep(#FAMILIES), heading, rows)
end

--- Share of a family's instances on which each method costs at most so many times the optimum.
local function profile(records, family)
    local within, names = {}, { "ratio" }
    for i, ratio in ipairs(RATIOS) do within[i] = { ratio = ratio } end
    for _, method in ipairs(PROFILED) do
        local rows = records:filter({ family = family, method = method[1] }).rows
        table.insert(names, method[2])
        for _, point in ipairs(within) do
            local n = 0
            for _, row in ipairs(rows) do
                local most = row.optimum * point.ratio
                if row.energy and (row.energy < most or paper.study.same(row.energy, most)) then n = n + 1 end
            end
            point[method[2]] = 100 * n / #rows
        end
    end
    paper:write_data(("profile-%s.dat"):format(family), names, within)
end

random_instances()
levels()
worst_cases()
strategies_table()
local records = paper:records("strategies.csv")
profile(records, "published")
profile(records, "large")
