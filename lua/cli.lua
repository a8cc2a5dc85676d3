-- SPDX-License-Identifier: GPL-3.0-or-later
-- The program's command line: a function of the arguments that returns the exit code. What the program can do
-- stands in `finlab.words`.

local finlab = require "finlab"
local core = require "finlab.core"
local known = require "finlab.words"

local words, fail, hint = known.rows, known.fail, known.hint

--- Turn the text of an option's value into what the word wants.
local function value_of(name, kind, text)
    local value = text
    if kind == "integer" then value = math.tointeger(tonumber(text)) end
    if kind == "number" then value = tonumber(text) end
    if value == nil then
        local wanted = kind == "integer" and "an integer" or "a number"
        fail(("--%s: %q is not %s"):format(name, text, wanted), "usage")
    end
    return value
end

--- Store one option; returns how many of the arguments that follow it used.
local function take_option(word, given, argument, following)
    local name, text = argument:match("^%-%-([^=]+)=(.*)$")
    name = name or (argument == "-o" and "output") or argument:match("^%-%-(.+)$")
    local kind = words[word].options[name]
    if not kind then
        local others = {}
        for other in pairs(words[word].options) do table.insert(others, "--" .. other) end
        table.sort(others)
        local option = name and "--" .. name or argument
        local said = hint(option, others, "finlab help " .. word)
        fail(("%s: no option %s%s"):format(word, option, said), "usage")
    end
    if kind == "flag" then
        if text then fail(("--%s: takes no value"):format(name), "usage") end
        given[name] = true
        return 0
    end
    local value = text or following
    if not value then fail(("--%s: its value is missing"):format(name), "usage") end
    if kind == "list" then
        given[name] = given[name] or {}
        table.insert(given[name], value)
    elseif given[name] ~= nil then
        fail(("--%s: is given twice"):format(name), "usage")
    else
        given[name] = value_of(name, kind, value)
    end
    return text and 0 or 1
end

--- The options and the plain arguments of a word.
local function parse(word, arguments)
    local given, plain, i = {}, {}, 1
    while i <= #arguments do
        local argument = arguments[i]
        if argument == "--help" or argument == "-h" then return nil end
        if argument:match("^%-.") then
            i = i + take_option(word, given, argument, arguments[i + 1])
        else
            table.insert(plain, argument)
        end
        i = i + 1
    end
    local wanted = words[word].arguments
    for position, what in ipairs(wanted) do
        local optional = what:sub(1, 1) == "["
        if not (plain[position] or optional) then fail(("%s: %s is missing"):format(word, what), "usage") end
    end
    local many = wanted[#wanted] and wanted[#wanted]:match("%.%.%.$")
    if #plain > #wanted and not many then
        fail(("%s: %q is one argument too many"):format(word, plain[#wanted + 1]), "usage")
    end
    return given, plain
end

local function run_word(word, arguments)
    local given, plain = parse(word, arguments)
    if not given then
        io.write(known.page(word))
        return 0
    end
    return words[word].run(given, table.unpack(plain))
end

--- Run a word and say on standard error what stopped it.
local function answer(word, arguments)
    local done, result = xpcall(run_word, function(failure)
        if type(failure) == "table" then return failure end
        return { message = debug.traceback(failure, 2), code = "internal" }
    end, word, arguments)
    if done then return result end
    io.stderr:write("finlab: ", result.message, "\n")
    return known.exit[result.code]
end

--- Run a script with its own `arg`. Its errors are the interpreter's to report.
local function run_script(path, ...)
    local readable, message = io.open(path, "rb")
    if not readable then
        io.stderr:write("finlab: ", message, "\n")
        return known.exit.io
    end
    readable:close()
    local chunk
    chunk, message = loadfile(path, "t") -- compiled code is trusted by the interpreter, so none is taken
    if not chunk then
        io.stderr:write("finlab: ", message, "\n")
        return known.exit.invalid
    end
    local program = arg[0]
    arg = { [-1] = program, [0] = path, ... } -- luacheck: ignore 121
    chunk(...)
    return 0
end

--- What is wrong with the first argument, and what may have been meant.
local function refuse(first)
    local near = hint(first, known.joined(known.order, { "--help", "--version" }), "finlab --help")
    local text = ("no word %q%s"):format(first, near)
    if core.methods("table", first) then
        text = ("%s is a method: finlab solve FILE.json --method %s"):format(first, first)
    elseif first:match("%.json$") then
        text = ("%s is not a script: finlab solve %s --method exact"):format(first, first)
    end
    io.stderr:write("finlab: ", text, "\n")
    return known.exit.usage
end

return function(first, ...)
    if first == nil then
        io.stderr:write(known.overview())
        return known.exit.usage
    elseif first == "--version" then
        io.write("finlab ", finlab.version, "\n")
        return 0
    elseif first == "--help" or first == "-h" then
        return answer("help", {})
    elseif first == "-i" and ... == nil then
        return require "finlab.prompt"()
    elseif words[first] then
        return answer(first, { ... })
    elseif not first:match("%.json$") and (first:match("%.lua$") or first:match("/")) then
        return run_script(first, ...)
    end
    return refuse(first)
end
