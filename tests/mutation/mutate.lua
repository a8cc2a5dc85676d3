-- SPDX-License-Identifier: GPL-3.0-or-later
-- Mutation: change one operator or constant of core, milp or heuristics after another in a copy of the tree,
-- and see whether the tests notice. A mutant that nothing notices is a test that is missing, or no change.
--
--   lua5.4 mutate.lua [OPTIONS]     in the source tree
--
-- --count N     how many mutants (default: 500)         --seed S      which (default: 1)
-- --shard K/N   every Nth of them, from the Kth on      --only TEXT   of files whose name has TEXT
-- --match TEXT  of those, only what is printed with TEXT in it
-- --build DIR   where the copy and its build go (default: build-mutation)
-- --out FILE    one line of JSON per mutant; those that are there already are not tried again
-- --list        say what would be tried
-- --again       try those again that survived without a reason
-- --seconds T   for a first look: try each with its unit test, with what takes T seconds together, and under
--               the sanitizers (default: with everything)
--
-- Each mutant meets the unit test of its file, then all unit tests, the specs that are about answers,
-- replayed inputs and slices of the campaign, the quick ones first and slow ones of its own room only, then
-- its test and the campaign under the sanitizers. It is killed when one fails twice, crashes or does not end.
-- What survives and cannot be noticed is in survivors.txt with the reason, or gives the same machine code;
-- the last line counts those apart.

local given = {
    count = 500, seed = 1, shard = "1/1", only = "", build = "build-mutation", out = "out/mutation.jsonl",
    seconds = math.huge, match = "",
}
local i = 1
while arg[i] do
    local name = arg[i]:match "^%-%-(%w+)$"
    if name == "list" or name == "again" then
        given[name] = true
    else
        assert(given[name] and arg[i + 1], "mutate: what is " .. arg[i] .. "?")
        i = i + 1
        given[name] = tonumber(arg[i]) or arg[i]
    end
    i = i + 1
end

given.build = io.popen(("realpath -m '%s'"):format(given.build)):read()

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

-- Specs about what the rooms answer; the others are about what is Lua alone.
local SPECS = {
    "analysis", "breakpoints", "choices", "cli", "decode", "emit", "explain", "frontier", "generate",
    "hostile", "import_graphml", "import_portend", "instance", "known", "method", "methods", "multiapp",
    "networks", "robust", "several", "solve", "strategies", "systems", "uncertainty", "worst",
}

local CAMPAIGN = "./finlab_campaign --first --bugs . "

--- What notices mutants: unit tests of all rooms, specs, replayed inputs, slices of the campaign; each ends
--- at its first failure.
local function all_steps()
    local steps = {}
    local function add(name, room, folder, command)
        table.insert(steps, { name = name, room = room, folder = folder, command = command })
    end
    for _, path in ipairs(lines_of "ls tests/core/*.c tests/milp/*.c tests/heuristics/*.c") do
        local room, name = path:match "^tests/(%w+)/([%w_]+)%.c$"
        add(room .. "." .. name, room, "tests", ("./test_%s_%s --fail-fast"):format(room, name))
    end
    add("failing_malloc", "programs", "tests", "./test_programs_failing_malloc")
    for _, path in ipairs(lines_of "ls -d tests/fuzz/corpus/*") do
        local name = path:match "[%w_]+$"
        add("fuzz." .. name, "fuzz", "tests", ("./replay_%s '%s/%s'"):format(name, copy, path))
    end
    for _, name in ipairs(SPECS) do
        local command = "lua5.4 $(command -v busted) --no-keep-going -o TAP tests/lua/%s_spec.lua"
        add("lua." .. name, "lua", "../source", command:format(name))
    end
    add("campaign", "all", "tests", CAMPAIGN .. "700")
    add("campaign.relations", "all", "tests", CAMPAIGN .. "--try relations 200")
    add("campaign.scales", "all", "tests", CAMPAIGN .. "--try scales 200")
    add("campaign.more", "all", "tests", CAMPAIGN .. "--seed 100000 2000")
    return steps
end

--- Whether a step ends well in a build, with `seconds` of processor time (waiting, it gets more), in little
--- memory, and without a sanitizer's word, of which Criterion does not tell; and the seconds it took.
local function passes(build, step, seconds)
    local plain = build == PLAIN
    local fine = runs("cd '%s/%s' && ulimit -c 0 && ulimit -t %d && %s export OPENBLAS_NUM_THREADS=1 && "
        .. "export ASAN_OPTIONS=abort_on_error=1:allocator_may_return_null=1 && "
        .. "export LUA_CPATH='%s/?.so;;' FINLAB='%s/finlab' && "
        .. "timeout -k 1 %d %s >'%s/log' 2>&1; code=$?; times >'%s/times'; exit $code",
        build, step.folder, seconds, plain and "ulimit -v 6000000 &&" or "", build, build,
        120 + 4 * seconds, step.command, given.build, given.build)
    fine = fine and (plain or not runs("grep -qE 'LeakSanitizer|runtime error' '%s/log'", given.build))
    local used = 0
    for minutes, rest in read(given.build .. "/times"):match "\n(.*)":gmatch "(%d+)m([%d.]+)s" do
        used = used + 60 * minutes + rest
    end
    return fine, used
end

--- In the copy the rooms are shared libraries, so that a mutant is one object and one library to build.
local function share()
    assert(runs("git ls-files '*CMakeLists.txt' | xargs cp --parents -t '%s'", copy))
    assert(runs("cd '%s' && sed -i 's/ CONFIGURE_DEPENDS//; s/ STATIC \\${sources}/ SHARED ${sources}/; "
        .. "/VISIBILITY_PRESET hidden)/d' CMakeLists.txt */CMakeLists.txt", copy))
end

--- Bring the copy up to date: only files that differ are written, so that little is built again.
local function prepare()
    assert(runs("mkdir -p '%s'", copy))
    assert(runs("git ls-files | grep -v 'CMakeLists.txt$' | while read -r f; do "
        .. "cmp -s \"$f\" '%s'/\"$f\" || cp --parents \"$f\" '%s'; done", copy, copy))
    share()
    for build, sanitizers in pairs { [PLAIN] = "", [SANITIZED] = "address,undefined" } do
        assert(runs("cmake -S '%s' -B '%s' -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE=-O1 "
            .. "-DCMAKE_LINK_DEPENDS_NO_SHARED=ON -DFINLAB_SANITIZE=%s >/dev/null", copy, build, sanitizers))
    end
    assert(runs("ninja -C '%s' all >/dev/null", PLAIN))
    for _, room in ipairs(ROOMS) do
        assert(runs("mkdir -p '%s/originals' && cp -r '%s/%s/CMakeFiles/finlab_%s.dir' '%s/originals'",
            given.build, PLAIN, room, room, given.build))
    end
end

--- Run each step without a mutant, which none may notice, and note the processor time it takes; known times
--- are taken from an earlier run.
local function measure(steps)
    local known, path = {}, given.build .. "/seconds"
    local old = io.open(path)
    for line in old and old:lines() or function() end do
        local name, seconds = line:match "^(%S+) (%S+)$"
        known[name] = tonumber(seconds)
    end
    local out <close> = assert(io.open(path, "a"))
    for _, step in ipairs(steps) do
        if not known[step.name] then
            local fine, used = passes(PLAIN, step, 600)
            if not fine then error("mutate: " .. step.name .. " fails without any mutant", 0) end
            known[step.name] = used
            out:write(("%s %.2f\n"):format(step.name, used))
        end
        step.seconds = known[step.name]
    end
end

--- The unit test of a file: the one with its name, or with the beginning of it.
local function own_test(steps, room, name)
    local best
    for _, step in ipairs(steps) do
        local topic = step.name:match("^" .. room .. "%.(.*)")
        local fits = topic and (name .. "_"):find(topic .. "_", 1, true) == 1
        if fits and (not best or #step.name > #best.name) then best = step end
    end
    return best
end

--- The steps in the order in which they notice a mutant of a file soonest: its own test, what noticed others
--- of that file, then the quick ones, those of its room first.
local function order(steps, file, own)
    local room, sorted = file:match "^%w+", {}
    for _, step in ipairs(steps) do
        if step.room == room or step.room == "all" or step.seconds < 3 then table.insert(sorted, step) end
    end
    local function key(step)
        if step == own then return -1e9 end
        local noticed = step.noticed and step.noticed[file]
        if noticed then return -noticed end
        return step.seconds * ((step.room == room or step.room == "all") and 1 or 3)
    end
    table.sort(sorted, function(a, b)
        if key(a) ~= key(b) then return key(a) < key(b) end
        return a.name < b.name
    end)
    return sorted
end

--- Whether the library of a room, and what else is named, can be built.
local function make(build, room, also)
    return runs("ninja -C '%s' %s/libfinlab_%s.so %s >/dev/null 2>&1", build, room, room, also or "")
end

--- What the sanitizers say: of the unit test and of a slice of the campaign.
local function sanitizers_notice(room, own)
    local campaign = { folder = "tests", command = CAMPAIGN .. "300" }
    assert(make(SANITIZED, room, "finlab_campaign " .. (own and own.name:gsub("(%w+)%.", "test_%1_") or "")))
    if own and not passes(SANITIZED, own, 60 + 20 * own.seconds // 1) then return true end
    return not passes(SANITIZED, campaign, 120)
end

--- Whether a step fails. An endless one uses ten times the time and ten seconds more.
local function fails(step) return not passes(PLAIN, step, 10 + 10 * step.seconds // 1) end

--- What notices the mutant that is in the copy: a name, or nil; "invalid" when it does not compile, "same"
--- when the compiler makes the same of it. And what must not notice anything once the file is as it was.
local function killer(steps, file)
    local room, name = file:match "^(%w+)/([%w_]+)%.c$"
    local object = ("finlab_%s.dir/%s.c.o"):format(room, name)
    if not make(PLAIN, room) then return "invalid" end
    if runs("cmp -s '%s/%s/CMakeFiles/%s' '%s/originals/%s'", PLAIN, room, object, given.build, object) then
        return "same"
    end
    local own = own_test(steps, room, name)
    local spent = 0
    for _, step in ipairs(order(steps, file, own)) do
        if step ~= own then spent = spent + step.seconds end
        if spent > given.seconds then break end
        if fails(step) and fails(step) then
            step.noticed = step.noticed or {}
            step.noticed[file] = (step.noticed[file] or 0) + 1
            return step.name, function() return not make(PLAIN, room) or fails(step) and fails(step) end
        end
    end
    if not sanitizers_notice(room, own) then return nil end
    local by = own and "sanitizer of " .. own.name or "sanitizer"
    return by, function() return sanitizers_notice(room, own) end
end

local trusted = {} -- what has been seen not to fail without a mutant

--- Change the file in the copy, see who notices, and change it back.
local function try(steps, mutant)
    local text = read(mutant.file)
    local path = copy .. "/" .. mutant.file
    write(path, text:sub(1, mutant.at - 1) .. mutant.to .. text:sub(mutant.at + #mutant.from))
    local by, again = killer(steps, mutant.file)
    write(path, text)
    if again and not trusted[by] then
        if again() then error("mutate: " .. by .. " fails without any mutant", 0) end
        trusted[by] = true
    end
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
    for k = 1, math.min(given.count, #sites) do
        local key = key_of(sites[k])
        if key:find(given.match, 1, true) then print(k, key) end
    end
    return
end

prepare()
local steps = all_steps()
measure(steps)
local killed, argued, survivors = 0, 0, {}

--- What noticed a mutant, in an earlier run or now; "" when nothing did.
local function outcome(mutant, key)
    local by = results[key]
    if by and (by ~= "" or not given.again or reasons[key]) then return by end
    local start = os.time()
    by = try(steps, mutant) or ""
    local out <close> = assert(io.open(given.out, "a"))
    out:write(('{"mutant": %s, "line": %d, "by": "%s"}\n'):format(quoted(key),
        (line_at(read(mutant.file), mutant.at)), by))
    io.stderr:write(("%3d s %s %s\n"):format(os.time() - start, by == "" and "SURVIVED" or by, key))
    return by
end

local left, k = given.count // shards, shard
while left > 0 and k <= #sites do
    local key = key_of(sites[k])
    local by = key:find(given.match, 1, true) and outcome(sites[k], key)
    if by == "same" or (by == "" and reasons[key]) then
        argued = argued + 1
    elseif by == "" then
        table.insert(survivors, key)
    elseif by and by ~= "invalid" then
        killed = killed + 1
    end
    if by ~= "invalid" then left = left - 1 end
    k = k + shards
end
for _, key in ipairs(survivors) do print("survived: " .. key) end
local all = killed + argued + #survivors
print(("%d mutants, %d killed (%.1f %%), %d survived with a reason, %d without; noticed: %.1f %%")
    :format(all, killed, 100 * killed / math.max(all, 1), argued, #survivors,
        100 * killed / math.max(killed + #survivors, 1)))
