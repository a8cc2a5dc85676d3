-- SPDX-License-Identifier: GPL-3.0-or-later
-- lua/MANUAL.md has every function of the module and every method of its objects, as lua/finlab.d.lua lists
-- them, and every field is in one of the manuals. definition_spec.lua proves that list complete.

local function read(path)
    local file = assert(io.open(path))
    local text = file:read "a"
    file:close()
    return text
end

--- Only what stands in a document as code.
local function code_of(path)
    local parts, text = {}, read(path)
    text = text:gsub("```%a*\n(.-)```", function(block)
        table.insert(parts, block)
        return ""
    end)
    for span in text:gmatch "`([^`]+)`" do table.insert(parts, span) end
    return "\n" .. table.concat(parts, "\n") .. "\n"
end

-- What the manual calls an object of each class.
local OBJECTS = {
    finlab = "fl.", models = "fl.models.", systems = "fl.systems.", stats = "fl.stats.",
    instance = "inst:", records = "rows:", traces = "fl.traces.", import = "fl.import.",
}

describe("the manual", function()
    local definition = read "lua/finlab.d.lua"
    local manual = code_of "lua/MANUAL.md"

    it("has every function with its parameters", function()
        local n = 0
        for class, separator, name, parameters in definition:gmatch "\nfunction (%l+)([.:])([%w_]+)(%b())" do
            local call = (OBJECTS[class] or class .. separator) .. name .. parameters
            local bare = (OBJECTS[class] or class .. separator) .. name .. " {"
            assert.is_truthy(manual:find(call, 1, true) or manual:find(bare, 1, true), call)
            n = n + 1
        end
        assert.is_true(n > 70)
    end)

    it("has no function that is not there", function()
        local known = {}
        for class, separator, name in definition:gmatch "\nfunction (%l+)([.:])([%w_]+)%(" do
            known[(OBJECTS[class] or class .. separator) .. name] = true
        end
        for name in manual:gmatch "\n([%l_.]+[.:][%w_]+)%(" do assert.is_true(known[name], name) end
    end)

    it("and the documents that it links to have every field", function()
        local text = manual
        for _, path in ipairs {
            "lua/LAB.md", "lua/SEVERAL.md", "lua/ONLINE.md", "lua/IMPORT.md", "core/FORMAT.md",
        } do
            text = text .. code_of(path)
        end
        for name in definition:gmatch "\n%-%-%-@field ([%w_]+)" do
            assert.is_truthy(text:find("%f[%w_]" .. name .. "%f[^%w_]"), name)
        end
    end)

    it("has a script that runs", function()
        local printed = {}
        local environment = setmetatable({
            print = function(...) table.insert(printed, { ... }) end,
        }, { __index = _G })
        assert(load(read("lua/MANUAL.md"):match "```lua\n(.-)```", "MANUAL.md", "t", environment))()
        assert.equal(2, #printed)
        assert.equal("optimal", printed[2][2])
    end)
end)
