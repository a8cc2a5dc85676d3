-- SPDX-License-Identifier: GPL-3.0-or-later
-- A writer of pickles (protocol 2) as specs need them, since no reader is to be tested by what it reads.
local writer = {}

local Form = {}
local function form(kind, fields)
    fields.kind = kind
    return setmetatable(fields, Form)
end

--- Forms of values that a Lua table alone does not tell apart; what is none of them is a list.
function writer.tuple(...) return form("tuple", { ... }) end
function writer.dict(...) return form("dict", { ... }) end -- key, value, key, value, ...
function writer.object(class, ...) return form("object", { class = class, state = writer.dict(...) }) end
function writer.call(name, ...) return form("call", { name = name, arguments = writer.tuple(...) }) end
writer.none = form("none", {})

--- A numpy.float64, as numpy's arithmetic leaves it in results.
function writer.float64(number)
    local dtype = form("call", {
        name = "numpy.dtype", arguments = writer.tuple("f8", false, true),
        state = writer.tuple(3, "<", writer.none, writer.none, writer.none, -1, -1, 0),
    })
    return writer.call("numpy.core.multiarray.scalar", dtype, form("bytes", { text = ("<d"):pack(number) }))
end

local emit

local function emit_all(out, values)
    for _, value in ipairs(values) do emit(out, value) end
end

local function emit_name(out, full)
    local module, name = full:match "^(.*)%.([^.]*)$"
    table.insert(out, "c" .. module .. "\n" .. name .. "\n")
end

local writers = {
    none = function(out) table.insert(out, "N") end,
    bytes = function(out, value) table.insert(out, "C" .. ("<s1"):pack(value.text)) end,
    tuple = function(out, value)
        table.insert(out, "(")
        emit_all(out, value)
        table.insert(out, "t")
    end,
    dict = function(out, value)
        table.insert(out, "}(")
        emit_all(out, value)
        table.insert(out, "u")
    end,
    object = function(out, value)
        emit_name(out, value.class)
        table.insert(out, ")\x81")
        emit(out, value.state)
        table.insert(out, "b")
    end,
    call = function(out, value)
        emit_name(out, value.name)
        emit(out, value.arguments)
        table.insert(out, "R")
        if value.state then
            emit(out, value.state)
            table.insert(out, "b")
        end
    end,
}

function emit(out, value)
    if getmetatable(value) == Form then return writers[value.kind](out, value) end
    local kind = math.type(value) or type(value)
    if kind == "integer" then
        table.insert(out, "\x8a\8" .. ("<i8"):pack(value))
    elseif kind == "float" then
        table.insert(out, "G" .. (">d"):pack(value))
    elseif kind == "boolean" then
        table.insert(out, value and "\x88" or "\x89")
    elseif kind == "string" then
        table.insert(out, "X" .. ("<s4"):pack(value))
    else
        table.insert(out, "](")
        emit_all(out, value)
        table.insert(out, "e")
    end
end

--- The bytes of a value's pickle.
function writer.dump(value)
    local out = { "\x80\2" }
    emit(out, value)
    return table.concat(out) .. "."
end

--- Write it to a file.
function writer.write(path, value)
    local file = assert(io.open(path, "wb"))
    file:write(writer.dump(value))
    file:close()
end

return writer
