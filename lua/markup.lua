-- SPDX-License-Identifier: GPL-3.0-or-later
-- Text inside XML and HTML, and quantities as people read them.

local markup = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- Text that stands for itself in XML, HTML and their attributes, whatever it holds.
function markup.escape(text)
    text = tostring(text):gsub("[%z\1-\8\11\12\14-\31]", "?")
    return (text:gsub("[&<>\"']", ENTITIES))
end

--- A pattern whose %s are escaped: fill("<b>%s</b>", name).
function markup.fill(pattern, ...)
    local arguments = table.pack(...)
    for i = 1, arguments.n do
        if type(arguments[i]) == "string" then arguments[i] = markup.escape(arguments[i]) end
    end
    return (pattern:format(table.unpack(arguments, 1, arguments.n)))
end

local PREFIXES = {
    { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" }, { 1, "" }, { 1e-3, "m" }, { 1e-6, "µ" }, { 1e-9, "n" },
}

--- "3.21 mJ": three or more digits and the prefix that suits.
function markup.quantity(value, unit)
    if type(value) ~= "number" or value ~= value then return "–" end
    local chosen = { 1, "" }
    if value ~= 0 and math.abs(value) ~= math.huge then
        for _, prefix in ipairs(PREFIXES) do
            chosen = prefix
            if math.abs(value) >= prefix[1] * 0.9995 then break end
        end
    end
    return ("%.3g %s%s"):format(value / chosen[1], chosen[2], unit)
end

--- "86 %".
function markup.percent(share)
    return type(share) == "number" and ("%.3g %%"):format(100 * share) or "–"
end

--- At most `most` characters; what is cut off is said by an ellipsis.
function markup.cut(text, most)
    local length = utf8.len(text)
    if not length then return text:sub(1, most) end
    if length <= most then return text end
    return text:sub(1, utf8.offset(text, most) - 1) .. "…"
end

return markup
