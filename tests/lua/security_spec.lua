-- SPDX-License-Identifier: GPL-3.0-or-later
-- Data from others is never a program: not SQL, not markup, not a shell's or gnuplot's command, not Lua.
local fl = require "finlab"
local core = require "finlab.core"
local script = require "tests.lua.script"

local folder, trap

-- Each would leave a file, or end something early, if it were taken for more than a name.
local function attacks()
    return {
        "'; DROP TABLE cases; --", '"; DROP TABLE cases; --', "''", "a''''b'",
        "$(touch " .. trap .. ")",
        ("`touch %s`"):format(trap), ("'; touch %s; '"):format(trap),
        ("'; system('touch %s'); '"):format(trap),
        ('" ; system("touch %s"); "'):format(trap), ("\n!touch %s\n"):format(trap),
        ("<script>open('%s')</script>"):format(trap), "</title><img src=x onerror=alert(1)>", "]]></svg>",
        ("a' . system('touch %s') . 'b"):format(trap), "%s%n%1$s", "\\\"\\'\\",
    }
end

setup(function()
    folder = script.temporary_folder()
    trap = folder .. "/sprung"
    assert(core.folder(folder))
end)

teardown(function() script.remove(folder) end)

after_each(function() assert.is_nil(io.open(trap), "something was run") end)

--- A system whose every name is an attack.
local function attacked(name)
    return assert(fl.instance {
        name = name,
        system = {
            nodes = {
                { name = name, speed = 1e9, power = 1 }, { name = name .. "2", speed = 1e10, power = 9 },
            },
            links = { { from = name, to = name .. "2", rate = 1e9 } },
        },
        apps = { { name = name, source = name, deadline = 1, blocks = { { name = name, ops = 1e6 } },
            exits = { { after = 1, accuracy = 1 } } } },
    })
end

describe("names and values from others", function()
    it("are stored and found again as they are: no SQL is made of them", function()
        for _, name in ipairs(attacks()) do
            local store = folder .. "/s.db"
            local sweep = fl.sweep {
                name = name, store = store, axes = { [name] = { name, name .. "!" } },
                run = function(p) return { [name .. "?"] = p[name] } end,
            }
            local rows = assert(sweep:run { progress = false })
            assert.same({ name, name .. "!" }, { rows.rows[1][name], rows.rows[2][name .. "?"] })
            local stored = assert(fl.store(store):rows { sweep = name })
            assert.equal(2, #stored.rows)
            assert.equal(name, assert(fl.store(store):sweeps()).rows[1].sweep)
            assert.same({ 2, 0 }, { fl.store(folder .. "/m.db"):merge(store) })
            os.remove(store)
            os.remove(folder .. "/m.db")
        end
    end)

    it("stand in pages, pictures and graphs as text", function()
        for _, name in ipairs(attacks()) do
            local inst, store = attacked(name), folder .. "/p.db"
            assert(fl.sweep {
                name = name, store = store,
                axes = { n = { 1, 2, 3 }, [name] = { name }, method = { "exact" } },
                case = function() return inst end,
            }:run { progress = false })
            local html = fl.page(store, { title = name, instances = { inst } }):html()
            local markup = name:match "<[^>]+>.+"
            if markup then assert.is_nil(html:find(markup, 1, true), markup) end
            local svg = fl.picture(inst, inst:solve "exact"):svg()
            if markup then assert.is_nil(svg:find(markup, 1, true), markup) end
            assert.is_nil(fl.graph(inst, { gamma = 2 }):graphml():find(markup or "]]>", 1, true))
            os.remove(store)
        end
    end)

    it("are labels in plots, and file names, and nothing else", function()
        if not os.execute "command -v gnuplot >/dev/null" then return pending "gnuplot is not installed" end
        for i, name in ipairs(attacks()) do
            local plot = fl.plot {
                title = name, x = { label = name, unit = name }, y = { label = name },
                series = { { name = name, points = { { 1, 1 }, { 2, 3 } } } },
            }
            assert(plot:write(folder .. "/" .. i .. ".svg"))
            local path = folder .. "/" .. name:gsub("[/\n]", "_") .. ".svg"
            assert(plot:write(path))
            assert.is_truthy(script.read(path):find("</svg>", 1, true))
        end
    end)

    it("are text in tables, whatever the format", function()
        for _, name in ipairs(attacks()) do
            local rows = fl.table { { [name] = name } }
            for _, format in ipairs { "csv", "markdown", "latex", "text" } do
                local made = rows[format] and rows[format](rows) or ""
                assert.is_string(made)
            end
            assert.equal(name, core.parse(script.read((function()
                assert(rows:write(folder .. "/t.json"))
                return folder .. "/t.json"
            end)()))[1][name])
        end
    end)
end)

describe("files from others", function()
    it("do not lead a writer elsewhere: nothing is written through a name that can be guessed", function()
        local inst = attacked "n"
        for _, guess in ipairs { "in.lp.part", "in.lp.tmp", "in.lp~", ".in.lp", "in.lp.new" } do
            assert(os.execute(("ln -sf '%s' '%s/%s'"):format(trap, folder, guess)))
        end
        assert(inst:write(folder .. "/in.lp"))
    end)

    it("keep the mode they had, and new ones have that of the user's mask", function()
        local inst = attacked "n"
        local function mode(path)
            local pipe <close> = io.popen("stat -c %a " .. path)
            return pipe:read "l"
        end
        assert(inst:write(folder .. "/new.json"))
        local pipe <close> = io.popen "umask"
        local mask = tonumber(pipe:read "l", 8)
        assert.equal(("%o"):format(tonumber("666", 8) & ~mask), mode(folder .. "/new.json"))
        assert(os.execute(("chmod 600 '%s/new.json'"):format(folder)))
        assert(inst:write(folder .. "/new.json"))
        assert.equal("600", mode(folder .. "/new.json"))
    end)
end)

describe("the source", function()
    --- All of lua/*.lua and lua/*.c, by path.
    local function sources()
        local texts, pipe <close> = {}, io.popen "ls lua/*.lua lua/*.c"
        for path in pipe:lines() do texts[path] = script.read(path) end
        return texts
    end

    -- Where text becomes a program, and why that is fine there.
    local KNOWN = {
        ["lua/cli.lua: loadfile"] = "the script that the user names",
        ["lua/prompt.lua: load"] = "what the user types",
        ["lua/plot.lua: popen"] = "gnuplot on a temporary name",
        ["lua/page.lua: execute"] = "a constant: whether there is gnuplot",
        ["lua/main.c: luaL_loadstring"] = "a constant",
        ["lua/module.c: luaL_loadbufferx"] = "the modules inside the program",
    }

    it("makes programs of text in the known places only", function()
        local found = {}
        for path, text in pairs(sources()) do
            if path ~= "lua/finlab.d.lua" then
                local words = path:find "%.c$" and {
                    "luaL_loadstring", "luaL_loadbufferx", "luaL_dofile", "luaL_dostring", "luaL_loadfile",
                    "popen", "system", "execvp", "execl",
                } or { '[^:%w_."]load', "loadfile", "loadstring", "dofile", "io%.popen", "os%.execute" }
                for _, word in ipairs(words) do
                    if text:find((word:find "^%[" and "" or "%f[%w_.]") .. word .. "[ ]?[%(\"]") then
                        found[path .. ": " .. word:match "[%w_]+$"] = true
                    end
                end
            end
        end
        for place in pairs(found) do assert.is_truthy(KNOWN[place], place) end
        for place in pairs(KNOWN) do assert.is_true(found[place], place .. " is not there any more") end
    end)

    it("gives SQL no text that is not the source's own", function()
        local text = script.read "lua/store.lua"
        local known = {
            sql = true, db = true, format = true, table = true, concat = true, COLUMNS = true, PUT = true,
            SCHEMA = true, APPLICATION = true, VERSION = true, scratch = true, self = true,
            ["and"] = true, ["or"] = true,
        }
        local n = 0
        for _, call in ipairs { ":prepare", ":exec", "value_of" } do
            for arguments in text:gmatch(call .. "(%b())") do
                for word in arguments:gsub('"[^"]*"', ""):gmatch "[%a_]+" do
                    assert.is_truthy(known[word], call .. arguments)
                end
                n = n + 1
            end
        end
        assert.is_true(n > 8)
    end)
end)
