-- SPDX-License-Identifier: GPL-3.0-or-later
-- fl.method { name = , summary = , options = , solve = function(inst, options) ... end }: a method written in
-- Lua. Here is what a description may say; lua/method.c runs it.

local core = require "finlab.core"

local FIELDS = { name = "string", summary = "string", options = "table", claims = "string", honours = "table",
    solve = "function" }
local OPTION_FIELDS = { name = "string", type = "string", doc = "string", least = "number", most = "number",
    choices = "table", default = true }
local FEATURES = { several = true, capacity = true, memory = true, admission = true, slices = true,
    choices = true, runs = true, deviations = true }
local MOST_OPTIONS = 12
local MOST_INTEGER = 2 ^ 53

local function fail(format, ...)
    error("method: " .. format:format(...), 0)
end

--- Fields that are known and have the right types.
local function check_fields(what, given, known)
    for field, value in pairs(given) do
        local wanted = known[field]
        if not wanted then fail("%s: there is no field %q", what, tostring(field)) end
        if wanted ~= true and type(value) ~= wanted then fail("%s: %s must be a %s", what, field, wanted) end
    end
end

local checks = {}

function checks.bool(what, option)
    if type(option.default or false) ~= "boolean" then fail("%s: default must be true or false", what) end
end

function checks.number(what, option)
    local least, most = option.least or -math.huge, option.most or math.huge
    if not (type(option.default) == "number" and option.default >= least and option.default <= most) then
        fail("%s: default must be a number between least and most", what)
    end
    option.least = least > -math.huge and least or nil
    option.most = most < math.huge and most or nil
end

function checks.int(what, option)
    option.least, option.most = option.least or -MOST_INTEGER, option.most or MOST_INTEGER
    checks.number(what, option)
    if option.default ~= math.floor(option.default) then fail("%s: default must be a whole number", what) end
end

function checks.choice(what, option)
    local found = option.default == nil
    if type(option.choices) ~= "table" or #option.choices == 0 then fail("%s: choices are missing", what) end
    for _, word in ipairs(option.choices) do
        if type(word) ~= "string" or not word:match "^[^|,=]+$" then
            fail("%s: choices must be words without | , and =", what)
        end
        found = found or word == option.default
    end
    if not found then fail("%s: default must be one of the choices", what) end
end

function checks.node(what, option)
    if option.default ~= nil then fail("%s: a node has no default but the source", what) end
end

--- A copy of one option's description.
local function read_option(given, taken)
    if type(given) ~= "table" then fail("options must be tables") end
    local option = {}
    for field, value in pairs(given) do option[field] = value end
    if type(option.name) ~= "string" or not option.name:match "^[%a_][%w_]*$" then
        fail("an option's name must be letters, digits and _")
    end
    local what = "option " .. option.name
    if taken[option.name] then fail("%s: is there twice", what) end
    taken[option.name] = true
    check_fields(what, option, OPTION_FIELDS)
    if not checks[option.type] then fail("%s: type must be bool, int, number, choice or node", what) end
    checks[option.type](what, option)
    return option
end

local function read_options(given)
    local options, taken = {}, {}
    for i, option in ipairs(given or {}) do options[i] = read_option(option, taken) end
    if #options > MOST_OPTIONS then fail("more than %d options", MOST_OPTIONS) end
    return options
end

--- Whether finlab itself has a method of that name.
local described = {}
local function is_taken(name)
    return not described[name] and core.methods("table", name) ~= nil
end

local function read(given)
    check_fields("the description", given, FIELDS)
    if type(given.name) ~= "string" or not given.name:match "^%a[%w_-]*$" then
        fail("name must be letters, digits, _ and -")
    end
    if not given.solve then fail("solve is missing") end
    if is_taken(given.name) then fail("there is a method %q in finlab", given.name) end
    if given.claims and given.claims ~= "bound" then fail("claims can only be \"bound\"") end
    for _, feature in ipairs(given.honours or {}) do
        if not FEATURES[feature] then fail("honours: there is no %q", tostring(feature)) end
    end
    return {
        name = given.name, summary = given.summary or "written in Lua", claims = given.claims,
        honours = given.honours, options = read_options(given.options),
    }
end

return function(description)
    if type(description) ~= "table" then error("bad argument #1 to 'method' (table expected)", 2) end
    local sound, document = pcall(read, description)
    if not sound then error(document, 2) end
    assert(core.method(document, description.solve))
    described[document.name] = true
end
