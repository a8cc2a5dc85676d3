-- SPDX-License-Identifier: GPL-3.0-or-later
-- Mutation: change one operator or constant of core, milp or heuristics after another in a copy of the tree,
-- and see whether the tests notice. A mutant that nothing notices is a test that is missing, or no change.
--
--   lua5.4 mutate.lua [OPTIONS]     in the source tree
--
-- --count N     how many mutants (default: 500)         --seed S      which (default: 1)
-- --shard K/N   every Nth of them, from the Kth on      --only TEXT   of files whose name has TEXT
-- --build DIR   where the copy and its build go (default: build-mutation)
-- --out FILE    one line of JSON per mutant; those that are there already are not tried again
-- --list        say what would be tried
--
-- Each mutant meets the unit test of its file, then a slice of the campaign, then all unit tests of its room,
-- then a larger slice, then under the sanitizers its test and the campaign. It is killed when one fails,
-- crashes or does not end. What survives and cannot be noticed is in survivors.txt with the reason; the last
-- line counts those apart.

local given = {
    count = 500, seed = 1, shard = "1/1", only = "", build = "build-mutation", out = "out/mutation.jsonl",
}
local i = 1
while arg[i] do
    local name = arg[i]:match "^%-%-(%w+)$"
    if name == "list" then
        given.list = true
    else
        assert(given[name] and arg[i + 1], "mutate: what is " .. arg[i] .. "?")
        i = i + 1
        given[name] = tonumber(arg[i]) or arg[i]
    end
    i = i + 1
end

local ROOMS = { "core", "milp", "heuristics" }

local function read(path)
    local file <close> = assert(io.open(path))
    return file:read "a"
end

local function write(path, text)
    local file <close> = assert(io.open(path, "w"))
    assert(file:write(text))
end

local function lines_of(command)
    local lines, pipe <close> = {}, assert(io.popen(command))
    for line in pipe:lines() do table.insert(lines, line) end
    return lines
end

--- Whether a command ends well.
local function runs(format, ...)
    return (os.execute(format:format(...))) == true
end

-- What is changed -----------------------------------------------------------------------------------------

-- The layout by clang-format tells a product from a pointer: a binary operator has a blank on both sides.
local OPERATORS = {
    { "<", "<=" }, { "<=", "<" }, { ">", ">=" }, { ">=", ">" }, { "==", "!=" }, { "!=", "==" },
    { "+", "-" }, { "-", "+" }, { "*", "/" }, { "/", "*" }, { "&&", "||" }, { "||", "&&" },
    { "+=", "-=" }, { "-=", "+=" }, { "*=", "/=" },
}

--- The text with comments, strings, characters and preprocessor lines blanked, of the same length.
local function code_of(text)
    local function blank(found) return (found:gsub("[^\n]", " ")) end
    local out, at = {}, 1
    while at <= #text do
        local rest = text:match("^/%*.-%*/", at) or text:match('^"[^"\\\n]*"', at)
        if not rest and text:sub(at, at) == '"' then
            local stop = at + 1
            while text:sub(stop, stop) ~= '"' do stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1) end
            rest = text:sub(at, stop)
        end
        rest = rest or text:match("^'\\?[^\n]'", at)
        if not rest and (at == 1 or text:sub(at - 1, at - 1) == "\n") then
            rest = text:match("^%s*#[^\n]*", at)
            while rest and rest:sub(-1) == "\\" do
                rest = rest .. text:match("^\n[^\n]*", at + #rest)
            end
        end
        table.insert(out, rest and blank(rest) or text:sub(at, at))
        at = at + (rest and #rest or 1)
    end
    return table.concat(out)
end

--- All places in a file where something can be changed: {file, at, from, to}.
local function sites_of(path, into)
    local code = code_of(read(path))
    local function add(at, from, to) table.insert(into, { file = path, at = at, from = from, to = to }) end
    for _, pair in ipairs(OPERATORS) do
        local from, at = " " .. pair[1] .. " ", 1
        while true do
            at = code:find(from, at, true)
            if not at then break end
            add(at + 1, pair[1], pair[2])
            at = at + 1
        end
    end
    for at, number in code:gmatch "%f[%w_.]()(%d+)%f[^%w_.]" do
        add(at, number, tostring((math.tointeger(tonumber(number)) or 0) + 1))
    end
    for at in code:gmatch "()!%f[%w_(]" do add(at, "!", "") end
    for at, word in code:gmatch "%f[%w_]()(%a+)%f[^%w_]" do
        if word == "true" then add(at, "true", "false") end
        if word == "false" then add(at, "false", "true") end
    end
end

--- The mutants of this run, drawn by the seed.
local function draw()
    local sites = {}
    for _, room in ipairs(ROOMS) do
        for _, path in ipairs(lines_of("ls " .. room .. "/*.c")) do
            if path:find(given.only, 1, true) then sites_of(path, sites) end
        end
    end
    math.randomseed(given.seed)
    for k = #sites, 2, -1 do
        local other = math.random(k)
        sites[k], sites[other] = sites[other], sites[k]
    end
    return sites
end

-- How a mutant is tried -----------------------------------------------------------------------------------

local copy = given.build .. "/source"
local PLAIN, SANITIZED = given.build .. "/objects", given.build .. "/sanitized"

--- Bring the copy up to date: only files that differ are written, so that little is built again.
local function prepare()
    assert(runs("mkdir -p '%s'", copy))
    assert(runs("git ls-files | while read -r f; do "
        .. "cmp -s \"$f\" '%s'/\"$f\" || cp --parents \"$f\" '%s'; done", copy, copy))
    for build, sanitizers in pairs { [PLAIN] = "", [SANITIZED] = "address,undefined" } do
        assert(runs("cmake -S '%s' -B '%s' -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE=-O1 "
            .. "-DFINLAB_SANITIZE=%s >/dev/null", copy, build, sanitizers))
        assert(runs("ninja -C '%s' finlab_campaign >/dev/null", build))
    end
end

local function make(build, targets)
    return runs("ninja -C '%s' %s >/dev/null 2>&1", build, targets)
end

--- Whether a program of a build ends well, soon, and in little memory, of which a sanitizer wants much.
local function passes(build, seconds, command)
    return runs("cd '%s/tests' && %s ulimit -c 0 && export OPENBLAS_NUM_THREADS=1 && "
        .. "export ASAN_OPTIONS=abort_on_error=1:allocator_may_return_null=1 && "
        .. "timeout -k 1 %d %s >/dev/null 2>&1", build, build == PLAIN and "ulimit -v 6000000 &&" or "",
        seconds, command)
end

--- The unit tests of a room, and the one that lets allocations fail.
local function unit_tests(room)
    local names = {}
    for _, path in ipairs(lines_of("ls tests/" .. room .. "/*.c tests/programs/failing_malloc.c")) do
        table.insert(names, (path:gsub("/", "_"):gsub("^tests", "test"):gsub("%.c$", "")))
    end
    return names
end

--- What notices the mutant that is in the copy: a name, or nil; "invalid" when it does not compile.
local function killer(file)
    local room, name = file:match "^(%w+)/([%w_]+)%.c$"
    local own = ("test_%s_%s"):format(room, name)
    local has_own = runs("test -e 'tests/%s/%s.c'", room, name)
    local first = (has_own and own or "") .. " finlab_campaign"
    if not make(PLAIN, first) then return "invalid" end
    if has_own and not passes(PLAIN, 60, "./" .. own) then return own end
    if not passes(PLAIN, 60, "./finlab_campaign --bugs . 700") then return "campaign" end
    for _, test in ipairs(unit_tests(room)) do
        if test ~= own and not (make(PLAIN, test) and passes(PLAIN, 120, "./" .. test)) then return test end
    end
    if not passes(PLAIN, 300, "./finlab_campaign --bugs . --seed 100000 3000") then return "campaign" end
    local fine = make(SANITIZED, first) and (not has_own or passes(SANITIZED, 120, "./" .. own))
        and passes(SANITIZED, 120, "./finlab_campaign --bugs . 500")
    if not fine then return "sanitizer" end
    return nil
end

--- Change the file in the copy, see who notices, and change it back.
local function try(mutant)
    local text = read(mutant.file)
    local path = copy .. "/" .. mutant.file
    write(path, text:sub(1, mutant.at - 1) .. mutant.to .. text:sub(mutant.at + #mutant.from))
    local by = killer(mutant.file)
    write(path, text)
    runs("rm -f '%s'/*/tests/mismatch-*.json '%s'/*/tests/*-[0-9]*.json", given.build, given.build)
    return by
end

-- What is said --------------------------------------------------------------------------------------------

--- Number and text of the line that has position `at`.
local function line_at(text, at)
    local number = select(2, text:sub(1, at - 1):gsub("\n", "")) + 1
    local start = at
    while start > 1 and text:sub(start - 1, start - 1) ~= "\n" do start = start - 1 end
    return number, text:match("^[^\n]*", start), at - start + 1
end

local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0") .. '"' end

--- The reasons why mutants that survived cannot be noticed, by file, line and change.
local function known_reasons()
    local reasons, key = {}, nil
    for line in io.lines "tests/mutation/survivors.txt" do
        local reason = line:match "^    (.*)"
        if reason and key then reasons[key] = reason elseif not line:match "^#" then key = line end
    end
    return reasons
end

local function key_of(mutant)
    local text = read(mutant.file)
    local _, line, column = line_at(text, mutant.at)
    local changed = line:sub(1, column - 1) .. "{" .. mutant.from .. " -> " .. mutant.to .. "}"
        .. line:sub(column + #mutant.from)
    return mutant.file .. ": " .. changed:match "^%s*(.*)"
end

--- What earlier runs found, by the same key.
local function known_results()
    local results, file = {}, io.open(given.out)
    if not file then return results end
    for line in file:lines() do
        local key, by = line:match '^{"mutant": "(.*)", "line": %d+, "by": "([^"]*)"}$'
        if key then results[key:gsub("\\(.)", "%1")] = by end
    end
    file:close()
    return results
end

local sites, results, reasons = draw(), known_results(), known_reasons()
local shard, shards = given.shard:match "^(%d+)/(%d+)$"
shard, shards = tonumber(shard), tonumber(shards)

if given.list then
    for k = 1, math.min(given.count, #sites) do print(k, key_of(sites[k])) end
    return
end

prepare()
local without = killer("core/cost.c")
if without then error("mutate: " .. without .. " fails without any mutant", 0) end
local tried, killed, argued, survivors = 0, 0, 0, {}
local k = 0
while tried < given.count and k < #sites do
    k = k + 1
    local key = key_of(sites[k])
    if (k - shard) % shards == 0 then
        local by = results[key]
        if not by then
            by = try(sites[k]) or ""
            local out <close> = assert(io.open(given.out, "a"))
            out:write(('{"mutant": %s, "line": %d, "by": "%s"}\n'):format(quoted(key),
                (line_at(read(sites[k].file), sites[k].at)), by))
            io.stderr:write(by == "" and "SURVIVED " or "killed ", by, " ", key, "\n")
        end
        if by ~= "invalid" then
            tried = tried + shards
            if by ~= "" then
                killed = killed + shards
            elseif reasons[key] then
                argued = argued + 1
            else
                table.insert(survivors, key)
            end
        end
    end
end
for _, key in ipairs(survivors) do print("survived: " .. key) end
print(("%d mutants, %d killed (%.1f %%), %d survived with a reason, %d without"):format(tried, killed,
    100 * killed / tried, argued, #survivors))
