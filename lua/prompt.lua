-- SPDX-License-Identifier: GPL-3.0-or-later
-- The prompt, `finlab -i`: Lua, line by line, with `fl` for the module; what an expression answers is printed
-- for people and kept as `_`.

local finlab = require "finlab"
local core = require "finlab.core"
local report = require "finlab.report"

local DEPTH, MOST, WIDTH = 4, 40, 100 -- of a table: levels and members that are shown, columns of a line

--- Text in quotes, on one line.
local function quote(text)
    return (("%q"):format(text):gsub("\\\n", "\\n"))
end

local function is_identifier(key)
    return type(key) == "string" and key:match("^[%a_][%w_]*$") ~= nil
end

--- The keys of a table in the order in which they are shown: 1, 2, ..., then the others by their text.
local function keys_of(value)
    local keys, others = {}, {}
    for i = 1, #value do keys[i] = i end
    for key in pairs(value) do
        if math.type(key) ~= "integer" or key < 1 or key > #value then table.insert(others, key) end
    end
    table.sort(others, function(a, b) return tostring(a) < tostring(b) end)
    return table.move(others, 1, #others, #keys + 1, keys)
end

--- Members one after the other; lines of them are filled when none of them has lines of its own.
local function join(parts, indent, plain)
    local lines, line = {}, ""
    for i, part in ipairs(parts) do
        part = part .. (i < #parts and "," or "")
        if plain and #indent + #line + #part < WIDTH and line ~= "" then
            line = line .. " " .. part
        else
            if line ~= "" then table.insert(lines, line) end
            line = part
        end
    end
    table.insert(lines, line)
    return table.concat(lines, "\n" .. indent)
end

--- A value in Lua's own words, tables with their members. `above`: the tables that it is in.
local function pretty(value, indent, above)
    if type(value) == "string" then return quote(value) end
    local meta = debug.getmetatable(value)
    if type(value) ~= "table" or (type(meta) == "table" and meta.__tostring) then return tostring(value) end
    if above[value] then return "{ itself }" end
    if above.depth == DEPTH then return next(value) == nil and "{}" or "{ ... }" end
    above[value], above.depth = true, above.depth + 1
    local parts, length, plain, deeper, keys = {}, 0, true, indent .. "  ", keys_of(value)
    for i = 1, math.min(#keys, MOST) do
        local key, text = keys[i], pretty(value[keys[i]], deeper, above)
        if i > #value then
            text = (is_identifier(key) and key or "[" .. pretty(key, deeper, above) .. "]") .. " = " .. text
        end
        parts[i] = text
        length = text:find("\n") and math.huge or length + #text + 2
        plain = plain and type(value[keys[i]]) ~= "table"
    end
    if #keys > MOST then table.insert(parts, ("... %d more"):format(#keys - MOST)) end
    above[value], above.depth = nil, above.depth - 1
    if #parts == 0 then return "{}" end
    if #indent + length < WIDTH then return "{ " .. table.concat(parts, ", ") .. " }" end
    return "{\n" .. deeper .. join(parts, deeper, plain) .. "\n" .. indent .. "}"
end

--- The report for what the module's functions answer; nil for other values.
local function report_of(value)
    if type(value) ~= "table" or getmetatable(value) ~= nil then return nil end
    if value.status and value.method and value.stop then return report.result end
    if type(value.feasible) == "boolean" then return report.verdict end
    if type(value.complete) == "boolean" and value.stop then return report.frontier end
    if type(value[1]) == "table" and value[1].claims and value[1].honours then return report.methods end
end

--- Values as text, one below the other; nil, message, code as one line.
local function text_of(...)
    local first, message, code = ...
    if first == nil and type(message) == "string" then
        return "nil: " .. message .. (code and (" (%s)"):format(tostring(code)) or "")
    end
    local texts = {}
    for i = 1, select("#", ...) do
        local value = select(i, ...)
        local known = report_of(value)
        texts[i] = (known and known(value) or pretty(value, "", { depth = 0 })):gsub("\n$", "")
    end
    return table.concat(texts, "\n")
end

--- The next line; with somebody at the keyboard, after a prompt. nil: there is none.
local function read(prompt)
    if select(2, core.terminal()) then io.write(prompt) end
    io.flush()
    return io.read "l"
end

--- What was typed, as a function: an expression, else statements, over as many lines as they need.
local function compile(text)
    while true do
        local expression, unfinished = load("return " .. text, "=prompt")
        if expression then return expression end
        local statements, message = load(text, "=prompt")
        if statements then return statements end
        local more = unfinished:find "<eof>$" or message:find "<eof>$"
        local line = more and read ".... "
        if not line then error(message, 0) end
        text = text .. "\n" .. line
    end
end

local function print_values(...)
    if select("#", ...) == 0 then return end
    _ENV._ = (...)
    io.write(text_of(...), "\n")
end

--- Read, do and print once; false at the end of the input.
local function step()
    local line = read "finlab> "
    if not line then return false end
    print_values(compile(line)())
    return true
end

--- Talk until the input ends. Neither an error nor Ctrl-C ends it.
return function()
    _ENV.fl = finlab
    local typed = select(2, core.terminal())
    if typed then
        io.write("finlab ", finlab.version, ", ", _VERSION,
            "; fl is the module, Ctrl-C stops what runs, Ctrl-D leaves\n")
    end
    while true do
        local done, more = core.catch(step)
        if not done then
            io.flush()
            io.stderr:write(typed and more == "interrupted" and "\n" or "", tostring(more), "\n")
        elseif not more then
            break
        end
    end
    if typed then io.write("\n") end
    return 0
end
