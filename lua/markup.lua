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

--- What to divide a value by, and the prefix of its unit then.
function markup.prefix(value)
    local size = math.abs(value)
    if size == 0 or size == math.huge then return 1, "" end
    for _, prefix in ipairs(PREFIXES) do
        if size >= prefix[1] * 0.9995 then return prefix[1], prefix[2] end
    end
    return table.unpack(PREFIXES[#PREFIXES])
end

--- "3.21 mJ": three digits and the prefix that suits.
function markup.quantity(value, unit)
    if type(value) ~= "number" or value ~= value then return "–" end
    local divisor, prefix = markup.prefix(value)
    return ("%.3g %s%s"):format(value / divisor, prefix, unit)
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
