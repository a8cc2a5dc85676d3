-- SPDX-License-Identifier: GPL-3.0-or-later
-- The claims and their verdicts.
local paper = ...

-- Claims ---------------------------------------------------------------------------------------------------

local VERDICTS = { holds = "\\textbf{holds}", ["does not hold"] = "\\textbf{does not hold}",
    ["cannot be checked"] = "\\emph{cannot be checked}" }

--- Name the figures in a text, counted from one.
local function name_figures(format, text)
    local i = 0
    for figure in text:gmatch "%f[%d.]%-?%d[%d.]*%f[^%d.]" do
        i = i + 1
        paper:set(format:format(i), "%s", (figure:gsub("%.$", "")))
    end
end

local function claims()
    local rows, tally, source = {}, {}, nil
    for _, claim in ipairs(paper:records("claims.csv").rows) do
        if source and source ~= claim.source then table.insert(rows, "-") end
        source = claim.source
        local command = claim.command:gsub("^finlab experiments/", ""):gsub("%.lua$", "")
            :gsub("^%./", ""):gsub(" %d+$", "")
        table.insert(rows, {
            paper.tex(claim.claim), VERDICTS[claim.verdict], paper.tex(claim.why),
            paper.tex(claim.threshold), ("\\texttt{%s}"):format(paper.tex(command)),
        })
        paper:set(("claim.%s.why"):format(claim.key), "%s", claim.why)
        paper:set(("claim.%s.verdict"):format(claim.key), "%s", claim.verdict)
        if claim.claimed then paper:set(("claim.%s.claimed"):format(claim.key), "%d %%", claim.claimed) end
        name_figures(("claim.%s.%%d"):format(claim.key), claim.why)
        name_figures(("claim.%s.by.%%d"):format(claim.key), claim.threshold)
        local key = claim.source .. claim.verdict
        tally[key] = (tally[key] or 0) + 1
        tally[claim.source] = (tally[claim.source] or 0) + 1
    end
    for _, of in ipairs { "FIN", "finlab" } do
        paper:set(("claims.%s"):format(of), "%d", tally[of])
        for _, verdict in ipairs { "holds", "does not hold", "cannot be checked" } do
            paper:set(("claims.%s.%s"):format(of, verdict), "%d", tally[of .. verdict] or 0)
        end
    end
    paper:write_table("table-claims.tex",
        "@{}p{.26\\textwidth}p{.105\\textwidth}p{.295\\textwidth}p{.195\\textwidth}l@{}",
        { "claim", "verdict", "figure", "decided by", "run" }, rows)
end

claims()
