-- SPDX-License-Identifier: GPL-3.0-or-later
-- Reads Python pickles (protocols 0 to 5) that hold plain data, and nothing else. A pickle is a program for a
-- stack machine that can name and call any function; this machine has no calls. None, booleans, numbers,
-- texts, bytes, lists, tuples and dictionaries become Lua values; objects become tables of their attributes
-- when the caller lists their class. What else may be named is a fixed form that this file reads by itself,
-- when the caller lists it: numpy's scalar numbers and torch.Size, a tuple. Everything else is refused with
-- the offset of the byte and the reason.
--
-- A pickle of n bytes costs O(n) time. The limits below bound memory; no value holds itself or nests deeper
-- than DEPTH. Numbers beyond 64 bits, keys that are no texts, numbers or booleans, and sets are refused.

local files = require "finlab.files"

local pickle = {}

--- What None becomes, since a Lua table cannot hold nil.
pickle.none = setmetatable({}, { __tostring = function() return "None" end })

local MOST_BYTES, MOST_STEPS, DEPTH = 64 << 20, 2000000, 100

-- The machine: `text`, `at` (of the next byte), `start` (of the instruction), `stack` with its height
-- `top`, `marks` (heights), `memo`, `kinds` (of tables: list, tuple, dict, object, class, dtype), `classes`.

local function refuse(machine, format, ...)
    error({ at = machine.start, reason = format:format(...) }, 0)
end

local function push(machine, value)
    machine.top = machine.top + 1
    machine.stack[machine.top] = value
end

local function push_table(machine, kind, new)
    machine.kinds[new] = kind
    push(machine, new)
end

--- The height below which an instruction may not reach.
local function floor_of(machine)
    return machine.marks[#machine.marks] or 0
end

local function pop(machine)
    if machine.top <= floor_of(machine) then refuse(machine, "the stack is empty") end
    local value = machine.stack[machine.top]
    machine.stack[machine.top] = nil
    machine.top = machine.top - 1
    return value
end

--- The value on top, which must be a table of this kind.
local function top_of_kind(machine, kind)
    local value = machine.stack[machine.top]
    if machine.top <= floor_of(machine) or machine.kinds[value] ~= kind then
        refuse(machine, "no %s to add to", kind)
    end
    return value
end

--- The values above the last mark, which goes too.
local function pop_to_mark(machine)
    local mark = table.remove(machine.marks)
    if not mark then refuse(machine, "there is no mark") end
    local values = table.move(machine.stack, mark + 1, machine.top, 1, {})
    for i = mark + 1, machine.top do machine.stack[i] = nil end
    machine.top = mark
    return values
end

-- Operands -------------------------------------------------------------------------------------------------

local function take(machine, length)
    local stop = machine.at + length - 1
    if length < 0 or length > #machine.text or stop > #machine.text then
        refuse(machine, "the file ends before its operand does")
    end
    local bytes = machine.text:sub(machine.at, stop)
    machine.at = stop + 1
    return bytes
end

--- A number in the format of string.unpack().
local function take_number(machine, format)
    return (format:unpack(take(machine, format:packsize())))
end

local function take_line(machine)
    local stop = machine.text:find("\n", machine.at, true)
    if not stop then refuse(machine, "the file ends before its operand does") end
    return take(machine, stop - machine.at + 1):sub(1, -2)
end

--- An integer in so many little-endian bytes.
local function take_long(machine, length)
    if length > 8 then refuse(machine, "an integer of %d bytes; 8 are the most", length) end
    return length == 0 and 0 or (("<i%d"):format(length)):unpack(take(machine, length))
end

local function decimal_integer(machine, text)
    local value = text:find("^[-+]?%d+$") and math.tointeger(tonumber(text))
    if not value then refuse(machine, "%q is no integer of 64 bits", text) end
    return value
end

-- Containers -----------------------------------------------------------------------------------------------

local function set(machine, dict, key, value)
    local kind = type(key)
    if not (kind == "string" or kind == "boolean" or kind == "number" and key == key) then
        refuse(machine, "a key that is no text, number or boolean")
    end
    dict[key] = value
end

local function set_pairs(machine, dict, values)
    if #values % 2 == 1 then refuse(machine, "a key without a value") end
    for i = 1, #values, 2 do set(machine, dict, values[i], values[i + 1]) end
end

local function tuple(length)
    return function(machine)
        local values = {}
        for i = length, 1, -1 do values[i] = pop(machine) end
        push_table(machine, "tuple", values)
    end
end

-- Names: classes, and forms that are read without their library ---------------------------------------------

local SCALARS = {
    f8 = "<d", f4 = "<f", i8 = "<i8", i4 = "<i4", i2 = "<i2", i1 = "<i1", u4 = "<I4", u2 = "<I2", u1 = "<I1",
    b1 = "<I1",
}

--- What each form makes of the arguments of a call.
local forms = {}

--- torch.Size((1, 3, 32, 32)).
forms["torch.Size"] = function(machine, arguments)
    local values = arguments[1]
    if #arguments ~= 1 or machine.kinds[values] ~= "tuple" then refuse(machine, "no torch.Size") end
    push(machine, values)
end

--- numpy.dtype("f8", False, True); its state, the byte order, is set afterwards.
forms["numpy.dtype"] = function(machine, arguments)
    if not SCALARS[arguments[1]] then refuse(machine, "a numpy type that is not read") end
    push_table(machine, "dtype", { format = SCALARS[arguments[1]], truth = arguments[1] == "b1" })
end

--- numpy's scalar(dtype, bytes).
local function scalar(machine, arguments)
    local dtype, bytes = arguments[1], arguments[2]
    if #arguments ~= 2 or machine.kinds[dtype] ~= "dtype" or type(bytes) ~= "string"
        or #bytes ~= dtype.format:packsize() then
        refuse(machine, "no numpy number")
    end
    local value = dtype.format:unpack(bytes)
    if dtype.truth then value = value ~= 0 end
    push(machine, value)
end
forms["numpy.core.multiarray.scalar"] = scalar
forms["numpy._core.multiarray.scalar"] = scalar

--- How protocols 0 and 1 make an object: _reconstructor(class, object, None).
local function reconstructor(machine, arguments)
    local class, base = machine.kinds[arguments[1]] == "class" and arguments[1], arguments[2]
    if #arguments ~= 3 or not class or class.means ~= "object" or machine.kinds[base] ~= "class"
        or base.means ~= "base" or arguments[3] ~= pickle.none then
        refuse(machine, "an object that takes more than attributes")
    end
    push_table(machine, "object", {})
end
forms["copy_reg._reconstructor"] = reconstructor
forms["copyreg._reconstructor"] = reconstructor

--- Names that may stand in a pickle because of what the caller listed; all others are classes of objects.
local MEMBERS = {
    numpy = { "numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar" },
    ["torch.Size"] = { "torch.Size" },
}
local OF_OBJECTS = { "copy_reg._reconstructor", "copyreg._reconstructor" }

--- What the names that the caller lists stand for: a form, "object", or "base", the class of all objects.
local function meanings(classes)
    local known = {}
    for _, name in ipairs(classes or {}) do
        for _, member in ipairs(MEMBERS[name] or OF_OBJECTS) do known[member] = forms[member] end
        if not MEMBERS[name] then
            known[name], known["builtins.object"], known["__builtin__.object"] = "object", "base", "base"
        end
    end
    return known
end

local function push_name(machine, module, name)
    local full = tostring(module) .. "." .. tostring(name)
    if not machine.classes[full] then refuse(machine, "%q is none of the names that may be read", full) end
    push_table(machine, "class", { means = machine.classes[full] })
end

local function new_object(machine)
    local arguments, class = pop(machine), pop(machine)
    if machine.kinds[class] ~= "class" or class.means ~= "object" or machine.kinds[arguments] ~= "tuple"
        or #arguments > 0 then
        refuse(machine, "an object that takes more than attributes")
    end
    push_table(machine, "object", {})
end

local function call(machine)
    local arguments, class = pop(machine), pop(machine)
    local form = machine.kinds[class] == "class" and class.means
    if type(form) ~= "function" or machine.kinds[arguments] ~= "tuple" then
        refuse(machine, "a call, which is never made")
    end
    form(machine, arguments)
end

local function set_state(machine)
    local state = pop(machine)
    local object = machine.stack[machine.top]
    local kind = machine.top > floor_of(machine) and machine.kinds[object]
    if kind == "object" and machine.kinds[state] == "dict" then
        for key, value in pairs(state) do object[key] = value end
    elseif kind ~= "dtype" or machine.kinds[state] ~= "tuple" or not (state[2] == "<" or state[2] == "|") then
        refuse(machine, "a state that is no attributes")
    end
end

-- Texts of protocol 0 --------------------------------------------------------------------------------------

local ESCAPES = { n = "\n", t = "\t", r = "\r", ["\\"] = "\\", ["'"] = "'", ['"'] = '"' }

--- A text as Python prints it, in quotes; escapes are those that it prints.
local function quoted_text(machine, line)
    local quote, text = line:match("^(['\"])(.*)%1$")
    if not quote or text:gsub("\\.", ""):find("[\\" .. quote .. "]") then
        refuse(machine, "no text in quotes")
    end
    return (text:gsub("\\(.)(%x?%x?)", function(escape, digits)
        if escape == "x" and #digits == 2 then return string.char(tonumber(digits, 16)) end
        if not ESCAPES[escape] then refuse(machine, "an escape that is not read: \\%s", escape) end
        return ESCAPES[escape] .. digits
    end))
end

--- A text whose characters beyond Latin-1 are written \uXXXX or \UXXXXXXXX.
local function escaped_text(machine, line)
    local characters = {}
    local at = 1
    while at <= #line do
        local digits = line:match("^\\u(%x%x%x%x)", at) or line:match("^\\U(%x%x%x%x%x%x%x%x)", at)
        local code = digits and tonumber(digits, 16) or line:byte(at)
        if code > 0x10FFFF then refuse(machine, "no character: %s", digits) end
        table.insert(characters, utf8.char(code))
        at = at + (digits and #digits + 2 or 1)
    end
    return table.concat(characters)
end

-- Instructions ---------------------------------------------------------------------------------------------

local operations = {}

local function constant(value)
    return function(machine) push(machine, value) end
end

local function number(format)
    return function(machine) push(machine, take_number(machine, format)) end
end

--- Bytes or text, its length before it.
local function sized(format)
    return function(machine) push(machine, take(machine, take_number(machine, format))) end
end

local function get(index_of)
    return function(machine)
        local value = machine.memo[index_of(machine)]
        if value == nil then refuse(machine, "nothing was kept under that number") end
        push(machine, value)
    end
end

local function put(index_of)
    return function(machine)
        local index = index_of(machine)
        if machine.top <= floor_of(machine) then refuse(machine, "the stack is empty") end
        if machine.memo[index] == nil then machine.kept = machine.kept + 1 end
        machine.memo[index] = machine.stack[machine.top]
    end
end

local function byte_index(machine) return take_number(machine, "<I1") end
local function word_index(machine) return take_number(machine, "<I4") end
local function line_index(machine) return decimal_integer(machine, take_line(machine)) end

operations["("] = function(machine) table.insert(machine.marks, machine.top) end
operations["0"] = function(machine) pop(machine) end
operations["1"] = function(machine) pop_to_mark(machine) end
operations["2"] = function(machine)
    local value = pop(machine)
    push(machine, value)
    push(machine, value)
end

operations.N = constant(pickle.none)
operations["\x88"] = constant(true)
operations["\x89"] = constant(false)
operations.J = number "<i4"
operations.K = number "<I1"
operations.M = number "<I2"
operations.G = number ">d"
operations["\x8a"] = function(machine) push(machine, take_long(machine, take_number(machine, "<I1"))) end
operations["\x8b"] = function(machine) push(machine, take_long(machine, take_number(machine, "<I4"))) end
operations.I = function(machine)
    local line = take_line(machine)
    if line == "00" or line == "01" then return push(machine, line == "01") end
    push(machine, decimal_integer(machine, line))
end
operations.L = function(machine)
    push(machine, decimal_integer(machine, (take_line(machine):gsub("L$", ""))))
end
operations.F = function(machine)
    local line = take_line(machine)
    local value = line:find("^[-+.%deE]+$") and tonumber(line)
    if not value then refuse(machine, "%q is no number", line) end
    push(machine, value + 0.0)
end

operations.X = sized "<I4"
operations.T = sized "<I4"
operations.B = sized "<I4"
operations.U = sized "<I1"
operations.C = sized "<I1"
operations["\x8c"] = sized "<I1"
operations["\x8d"] = sized "<i8"
operations["\x8e"] = sized "<i8"
operations["\x96"] = sized "<i8"
operations.S = function(machine) push(machine, quoted_text(machine, take_line(machine))) end
operations.V = function(machine) push(machine, escaped_text(machine, take_line(machine))) end

operations["]"] = function(machine) push_table(machine, "list", {}) end
operations["}"] = function(machine) push_table(machine, "dict", {}) end
operations[")"] = tuple(0)
operations["\x85"] = tuple(1)
operations["\x86"] = tuple(2)
operations["\x87"] = tuple(3)
operations.l = function(machine) push_table(machine, "list", pop_to_mark(machine)) end
operations.t = function(machine) push_table(machine, "tuple", pop_to_mark(machine)) end
operations.d = function(machine)
    local values = pop_to_mark(machine)
    push_table(machine, "dict", {})
    set_pairs(machine, machine.stack[machine.top], values)
end
operations.a = function(machine)
    local value = pop(machine)
    table.insert(top_of_kind(machine, "list"), value)
end
operations.e = function(machine)
    local values = pop_to_mark(machine)
    local list = top_of_kind(machine, "list")
    table.move(values, 1, #values, #list + 1, list)
end
operations.s = function(machine)
    local value, key = pop(machine), pop(machine)
    set(machine, top_of_kind(machine, "dict"), key, value)
end
operations.u = function(machine)
    local values = pop_to_mark(machine)
    set_pairs(machine, top_of_kind(machine, "dict"), values)
end

operations.g, operations.h, operations.j = get(line_index), get(byte_index), get(word_index)
operations.p, operations.q, operations.r = put(line_index), put(byte_index), put(word_index)
operations["\x94"] = put(function(machine) return machine.kept end)

operations.c = function(machine)
    local module = take_line(machine)
    push_name(machine, module, take_line(machine))
end
operations["\x93"] = function(machine)
    local name, module = pop(machine), pop(machine)
    push_name(machine, module, name)
end
operations["\x81"] = new_object
operations.b = set_state
operations.R = call

operations["\x80"] = function(machine)
    local protocol = take_number(machine, "<I1")
    if protocol > 5 then refuse(machine, "protocol %d; 5 is the last that is read", protocol) end
end
operations["\x95"] = function(machine)
    local length = take_number(machine, "<i8")
    if length < 0 or length > #machine.text - machine.at + 1 then
        refuse(machine, "a frame that ends beyond the file")
    end
end

local NOT_READ = {
    P = "a persistent id", Q = "a persistent id", i = "an object that takes more than attributes",
    o = "an object that takes more than attributes", ["\x82"] = "an extension code",
    ["\x83"] = "an extension code", ["\x84"] = "an extension code", ["\x8f"] = "a set", ["\x90"] = "a set",
    ["\x91"] = "a set", ["\x92"] = "an object that takes more than attributes",
    ["\x97"] = "a buffer outside the file", ["\x98"] = "a buffer outside the file",
}

-- Reading --------------------------------------------------------------------------------------------------

--- How deep the tables in a value nest. Refused: classes, values that hold themselves or, with the `depth`
-- tables around them, nest deeper than DEPTH. `heights` has what is known, false for those around.
local function height_of(machine, value, depth, heights)
    local kind, height = machine.kinds[value], 0
    if not kind then return 0 end
    if kind == "class" or kind == "dtype" then refuse(machine, "a class in place of a value") end
    if heights[value] == false then refuse(machine, "a value that holds itself") end
    if not heights[value] and depth < DEPTH then
        heights[value] = false
        for _, part in pairs(value) do
            height = math.max(height, height_of(machine, part, depth + 1, heights))
        end
        heights[value] = height + 1
    end
    if depth + (heights[value] or 1) > DEPTH then refuse(machine, "values nest deeper than %d", DEPTH) end
    return heights[value]
end

local function run(machine)
    local text = machine.text
    for _ = 1, MOST_STEPS do
        machine.start = machine.at
        local code = text:sub(machine.at, machine.at)
        machine.at = machine.at + 1
        if code == "." then
            local value = pop(machine)
            if machine.top > 0 or #machine.marks > 0 then refuse(machine, "values are left over") end
            if machine.at <= #text then refuse(machine, "%d bytes after the end", #text - machine.at + 1) end
            height_of(machine, value, 0, {})
            return value
        end
        if code == "" then refuse(machine, "the file ends before the pickle does") end
        local operation = operations[code]
        if not operation then refuse(machine, "%s", NOT_READ[code] or "no instruction of a pickle") end
        operation(machine)
    end
    refuse(machine, "more than %d instructions", MOST_STEPS)
end

--- The value in the bytes of a pickle; nil, message, code when it is refused. `options.classes` lists the
-- classes ("module.Class") whose objects may be read, as tables of their attributes, and "numpy" or
-- "torch.Size"; `options.name` is what messages call the bytes.
function pickle.parse(text, options)
    options = options or {}
    local machine = {
        text = text, at = 1, start = 1, stack = {}, top = 0, marks = {}, memo = {}, kept = 0, kinds = {},
        classes = meanings(options.classes),
    }
    local done, result = pcall(run, machine)
    if done then return result end
    if type(result) ~= "table" then error(result, 0) end
    return nil, ("%s: byte %d: %s"):format(options.name or "pickle", result.at - 1, result.reason), "invalid"
end

--- The same for a file of at most 64 MiB.
function pickle.read(path, options)
    local text, message, code = files.read(path, MOST_BYTES)
    if not text then return nil, message, code end
    return pickle.parse(text, { classes = (options or {}).classes, name = path })
end

return pickle
