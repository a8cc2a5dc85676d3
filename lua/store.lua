-- SPDX-License-Identifier: GPL-3.0-or-later
-- Stores: results of sweeps in one SQLite file, a row per case. LAB.md says what is kept and how safe it is.
--
-- A connection lives for one piece of work and never across a fork. Functions answer nil, message, code when
-- the file cannot be read or written.

local core = require "finlab.core"
local records = require "finlab.table"

local APPLICATION = 0x66696e6c -- "finl", so that other SQLite files are told apart
local VERSION = 1

local SCHEMA = [[
CREATE TABLE cases (
    sweep TEXT NOT NULL,
    key TEXT NOT NULL,          -- what the case is, the same on every machine
    parameters TEXT NOT NULL,   -- JSON
    method TEXT,                -- with its options, as the case ran it
    seed INTEGER,
    instance TEXT,              -- SHA-256 of its JSON
    status TEXT NOT NULL,
    record TEXT NOT NULL,       -- JSON
    error TEXT,                 -- why there is no result
    seconds REAL NOT NULL,      -- wall clock of the whole case
    finished TEXT NOT NULL,     -- UTC
    version TEXT NOT NULL,      -- of finlab
    PRIMARY KEY (sweep, key)
) STRICT, WITHOUT ROWID;]]

local COLUMNS = {
    "sweep", "key", "parameters", "method", "seed", "instance", "status", "record", "error", "seconds",
    "finished", "version",
}

-- A row that is there stays, unless the new one is a result and it is an error, or ?13 says so.
local PUT = ([[
INSERT INTO cases (%s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (sweep, key) DO UPDATE SET (%s) = (%s)
WHERE ?13 OR (cases.error IS NOT NULL AND excluded.error IS NULL)]]):format(table.concat(COLUMNS, ", "),
    table.concat(COLUMNS, ", "), "excluded." .. table.concat(COLUMNS, ", excluded."))

--- Pass results on; raise nil, message, code as one table, which `protected` turns back.
local function try(first, ...)
    if first == nil then error({ message = (...), code = select(2, ...) }, 0) end
    return first, ...
end

--- f(...), whose try() answers nil, message, code.
local function protected(f, ...)
    local results = table.pack(pcall(f, ...))
    if results[1] then return table.unpack(results, 2, results.n) end
    local failure = results[2]
    if type(failure) ~= "table" then error(failure, 0) end
    return nil, failure.message, failure.code
end

--- The one value that a statement answers.
local function value_of(db, sql)
    local statement <close> = try(db:prepare(sql))
    try(statement:step())
    return (statement:row())
end

--- Make the schema in an empty file; refuse what is no store, or one of a later finlab.
local function check(db, path, may_create)
    local version, application = value_of(db, "PRAGMA user_version"), value_of(db, "PRAGMA application_id")
    if version == VERSION and application == APPLICATION then return end
    if application == APPLICATION then
        try(nil, ("%s: is a store of version %d; this finlab knows version %d"):format(path, version,
            VERSION), "invalid")
    end
    if application ~= 0 or value_of(db, "SELECT count(*) FROM sqlite_schema") ~= 0 then
        try(nil, path .. ": is no store of finlab", "invalid")
    end
    if not may_create then return end
    try(db:exec("BEGIN IMMEDIATE"))
    if value_of(db, "PRAGMA user_version") == 0 then -- else another process was faster
        try(db:exec(SCHEMA))
        try(db:exec(("PRAGMA application_id = %d; PRAGMA user_version = %d"):format(APPLICATION, VERSION)))
    end
    try(db:exec("COMMIT"))
end

--- A connection to a store. `mode`: "read", "write", "create", or "scratch" for a file that nobody needs once
-- the machine has stopped.
local function connect(path, mode)
    local scratch = mode == "scratch"
    local db = try(core.database(path, scratch and "create" or mode))
    if mode ~= "read" then
        -- FULL: a row survives a power cut once it is acknowledged.
        try(db:exec("PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = " .. (scratch and "OFF" or "FULL")))
    end
    check(db, path, mode == "create" or scratch)
    return db
end

--- A connection for reading, which may have to undo first what a killed writer left behind.
local function connect_to_read(path)
    local db, message, code = protected(connect, path, "write")
    if not db and code == "io" then return connect(path, "read") end
    return try(db, message, code)
end

-- Writing -------------------------------------------------------------------------------------------------

local Writer = {}
Writer.__index = Writer

--- Whether there is a row for the case, and whether that is an error.
function Writer:find(sweep, key)
    try(self.select:bind(sweep, key))
    if not try(self.select:step()) then return false end
    local failed = self.select:row() ~= 0
    try(self.select:step())
    return true, failed
end

--- Store a row, durably; `replace`: also when there is one. Whether anything was written.
function Writer:put(row, replace)
    if self.db:moved() then try(nil, self.path .. ": was removed or renamed meanwhile", "io") end
    local values = {}
    for i, name in ipairs(COLUMNS) do values[i] = row[name] end
    values[#COLUMNS + 1] = replace or false
    try(self.insert:bind(table.unpack(values, 1, #COLUMNS + 1)))
    try(self.insert:step())
    return value_of(self.db, "SELECT changes()") > 0
end

function Writer:close()
    self.select:close()
    self.insert:close()
    self.db:close()
end

Writer.__close = Writer.close

local function open_writer(path, mode)
    local db = connect(path, mode)
    return setmetatable({
        path = path, db = db, insert = try(db:prepare(PUT)),
        select = try(db:prepare("SELECT error IS NOT NULL FROM cases WHERE sweep = ?1 AND key = ?2")),
    }, Writer)
end

-- Reading -------------------------------------------------------------------------------------------------

--- Every row of a sweep, or of all; `visit` gets it as a table by column.
local function each_row(path, sweep, visit)
    local db <close> = connect_to_read(path)
    if value_of(db, "PRAGMA user_version") == 0 then return end -- an empty file
    local statement <close> = try(db:prepare(("SELECT %s FROM cases WHERE ?1 IS NULL OR sweep = ?1 "
        .. "ORDER BY sweep, key"):format(table.concat(COLUMNS, ", "))))
    try(statement:bind(sweep))
    while try(statement:step()) do
        local row, values = {}, table.pack(statement:row())
        for i, name in ipairs(COLUMNS) do row[name] = values[i] end
        visit(row)
    end
end

--- The members of a JSON object; whole numbers as integers.
local function members(text)
    local object = try(core.parse(text))
    for name, value in pairs(object) do
        if math.type(value) == "float" then object[name] = math.tointeger(value) or value end
    end
    return object
end

--- A row as its reader wants it: parameters and the fields of the record side by side. A parameter keeps its
-- name; a field of the same name is called result_NAME. `names` collects the parameters' names.
local function flatten(row, names)
    local flat = members(row.parameters)
    for name in pairs(flat) do names[name] = true end
    for name, value in pairs(members(row.record)) do
        if flat[name] == nil then
            flat[name] = value
        elseif name ~= "method" then
            flat["result_" .. name] = value
        end
    end
    flat.status, flat.error, flat.seconds = row.status, row.error, flat.seconds or row.seconds
    return flat
end

--- The parameters' names as an array; a sweep's order when its axes are lists.
local function in_order(names)
    local last, list = { seed = 1, repetition = 2, method = 3 }, {}
    for name in pairs(names) do table.insert(list, name) end
    table.sort(list, function(a, b)
        if last[a] ~= last[b] then return (last[a] or 0) < (last[b] or 0) end
        return a < b
    end)
    return list
end

local ORIGIN = { "sweep", "key", "instance", "finished", "version" }

local function read_rows(path, options)
    local rows, names, at = {}, {}, nil
    if options.keys then
        at = {}
        for position, key in ipairs(options.keys) do at[key] = position end
    end
    each_row(path, options.sweep, function(row)
        if at and not at[row.key] then return end
        local flat = flatten(row, names)
        if options.origin then
            for _, name in ipairs(ORIGIN) do flat[name] = row[name] end
        end
        rows[at and at[row.key] or #rows + 1] = flat
    end)
    local found = records(rows, nil, names)
    return at and found or found:sort(table.unpack(in_order(names)))
end

-- Stores --------------------------------------------------------------------------------------------------

local Store = {}
Store.__index = Store

--- The rows as a table, ordered by their parameters. `options.sweep` selects one sweep; `options.origin` adds
-- the columns sweep, key, instance, finished and version.
function Store:rows(options)
    return protected(read_rows, self.path, options or {})
end

--- A table of the sweeps in the store: cases, and how many of them are errors.
function Store:sweeps()
    return protected(function()
        local rows, by_name = {}, {}
        each_row(self.path, nil, function(row)
            local entry = by_name[row.sweep]
            if not entry then
                entry = { sweep = row.sweep, cases = 0, errors = 0 }
                by_name[row.sweep] = entry
                table.insert(rows, entry)
            end
            entry.cases = entry.cases + 1
            if row.error then entry.errors = entry.errors + 1 end
        end)
        return records(rows, { "sweep", "cases", "errors" })
    end)
end

--- Add the rows of other stores, each store whole or not at all. What is here already stays, except that a
-- result takes an error's place. How many rows were added, and how many were not.
function Store:merge(...)
    return protected(function(...)
        local added, kept = 0, 0
        for _, path in ipairs { ... } do
            local writer <close> = open_writer(self.path, "create")
            try(writer.db:exec("BEGIN IMMEDIATE"))
            each_row(path, nil, function(row)
                if writer:put(row) then added = added + 1 else kept = kept + 1 end
            end)
            try(writer.db:exec("COMMIT"))
        end
        return added, kept
    end, ...)
end

local store = { protected = protected, writer = open_writer }

--- The store in the file `path`, which need not exist yet.
function store.open(path)
    if type(path) ~= "string" then error("bad argument #1 to 'store' (a file's name expected)", 2) end
    return setmetatable({ path = path }, Store)
end

--- Make the file, and its folder, unless they are there.
function store.create(path, mode)
    return protected(function()
        local folder = path:match("^(.+)/[^/]*$")
        if folder then try(core.folder(folder)) end
        open_writer(path, mode):close()
        return true
    end)
end

return store
