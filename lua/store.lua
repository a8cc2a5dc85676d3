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

--- Version, application and number of tables, all at one moment: another process may be making them.
local function look(db)
    try(db:exec("BEGIN"))
    local version, application = value_of(db, "PRAGMA user_version"), value_of(db, "PRAGMA application_id")
    local tables = value_of(db, "SELECT count(*) FROM sqlite_schema")
    try(db:exec("COMMIT"))
    return version, application, tables
end

--- Make the schema in an empty file; refuse what is no store, or one of a later finlab.
local function check(db, path, may_create)
    local version, application, tables = look(db)
    if version == VERSION and application == APPLICATION then return end
    if application == APPLICATION then
        try(nil, ("%s: is a store of version %d; this finlab knows version %d"):format(path, version,
            VERSION), "invalid")
    end
    if application ~= 0 or tables ~= 0 then try(nil, path .. ": is no store of finlab", "invalid") end
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
        -- FULL: a row survives a power cut once it is acknowledged. The cache holds a group of rows.
        try(db:exec(("PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = %s; PRAGMA cache_size = -32768")
            :format(scratch and "OFF" or "FULL")))
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

--- The values of a row, in the columns' order.
local function values_of(row)
    local values = {}
    for i, name in ipairs(COLUMNS) do values[i] = row[name] end
    return table.unpack(values, 1, #COLUMNS)
end

--- f(writer), whose rows are stored durably together, or not at all.
function Writer:group(f)
    if self.db:moved() then try(nil, self.path .. ": was removed or renamed meanwhile", "io") end
    try(self.db:exec("BEGIN IMMEDIATE"))
    local done, failure = pcall(f, self)
    if done then done, failure = pcall(try, self.db:exec("COMMIT")) end
    if done then return end
    self.db:exec("ROLLBACK") -- which SQLite may have done itself
    error(failure, 0)
end

--- Add the row with these values; `replace`: also when there is one. Whether anything was written.
function Writer:put(replace, ...)
    local values = table.pack(...)
    values[#COLUMNS + 1] = replace
    return try(self.insert:run(table.unpack(values, 1, #COLUMNS + 1))) > 0
end

function Writer:close()
    self.insert:close()
    self.db:close()
end

Writer.__close = Writer.close

local function open_writer(path, mode)
    local db = connect(path, mode)
    return setmetatable({ path = path, db = db, insert = try(db:prepare(PUT)) }, Writer)
end

-- Reading -------------------------------------------------------------------------------------------------

local Reader = {}
Reader.__index = Reader

--- Whether the row of a case is an error; nil: there is none.
function Reader:find(sweep, key)
    try(self.select:bind(sweep, key))
    if not try(self.select:step()) then return nil end
    local failed = self.select:row() ~= 0
    try(self.select:step())
    return failed
end

local function open_reader(path)
    local db = connect_to_read(path)
    local select = try(db:prepare("SELECT error IS NOT NULL FROM cases WHERE sweep = ?1 AND key = ?2"))
    return setmetatable({ db = db, select = select }, Reader)
end

--- The keys of a sweep's rows, and of each whether it is an error.
local function keys_of(path, sweep)
    local db <close> = connect_to_read(path)
    local statement <close> = try(db:prepare("SELECT key, error IS NOT NULL FROM cases WHERE sweep = ?1"))
    local keys = {}
    try(statement:bind(sweep))
    while try(statement:step()) do
        local key, failed = statement:row()
        keys[key] = failed ~= 0
    end
    return keys
end

-- Every row of a sweep, or of all, in the order of keys: as it is stored, and what its reader wants of it.
local STORED = ("SELECT %s FROM cases WHERE ?1 IS NULL OR sweep = ?1 ORDER BY sweep, key")
    :format(table.concat(COLUMNS, ", "))
local WANTED = [[
SELECT key, parameters, record, status, error, seconds, sweep, instance, finished, version
FROM cases WHERE ?1 IS NULL OR sweep = ?1 ORDER BY sweep, key]]

--- visit(values...) of every row that the statement `sql` answers.
local function each_row(path, sql, sweep, visit)
    local db <close> = connect_to_read(path)
    if value_of(db, "PRAGMA user_version") == 0 then return end -- an empty file
    local statement <close> = try(db:prepare(sql))
    try(statement:bind(sweep))
    while try(statement:step()) do visit(statement:row()) end
end

--- A row as its reader wants it: parameters and the fields of the record side by side, whole numbers as
-- integers. A parameter keeps its name; a field of the same name is called result_NAME. `names` collects the
-- parameters' names.
local function flatten(parameters, record, status, failure, seconds, names)
    local flat = try(core.parse(record, true))
    for name, value in pairs(try(core.parse(parameters, true))) do
        if name ~= "method" then flat["result_" .. name] = flat[name] end
        flat[name], names[name] = value, true
    end
    flat.status, flat.error, flat.seconds = status, failure, flat.seconds or seconds
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

local function read_rows(path, options)
    local rows, names, at = {}, {}, nil
    if options.keys then
        at = {}
        for position, key in ipairs(options.keys) do at[key] = position end
    end
    each_row(path, WANTED, options.sweep, function(key, parameters, record, status, failure, seconds, ...)
        if at and not at[key] then return end
        local flat = flatten(parameters, record, status, failure, seconds, names)
        if options.origin then
            flat.key, flat.sweep, flat.instance, flat.finished, flat.version = key, ...
        end
        rows[at and at[key] or #rows + 1] = flat
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
        local rows = {}
        local db <close> = connect_to_read(self.path)
        if value_of(db, "PRAGMA user_version") > 0 then -- else an empty file
            local statement <close> = try(db:prepare("SELECT sweep, count(*), count(error) FROM cases "
                .. "GROUP BY sweep ORDER BY sweep"))
            while try(statement:step()) do
                local sweep, cases, errors = statement:row()
                table.insert(rows, { sweep = sweep, cases = cases, errors = errors })
            end
        end
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
            writer:group(function()
                each_row(path, STORED, nil, function(...)
                    if writer:put(false, ...) then added = added + 1 else kept = kept + 1 end
                end)
            end)
        end
        return added, kept
    end, ...)
end

local store = {
    protected = protected, writer = open_writer, reader = open_reader, keys = keys_of, values = values_of,
    columns = #COLUMNS, place = {},
}
for i, name in ipairs(COLUMNS) do store.place[name] = i end

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
