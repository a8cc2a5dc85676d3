-- SPDX-License-Identifier: GPL-3.0-or-later
-- The manual page and the completions, which are made from the words' own tables.
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")

--- What a shell command prints.
local function output(format, ...)
    local pipe = assert(io.popen(format:format(...)))
    local text = pipe:read "a"
    pipe:close()
    return text
end

--- The words that the overview lists, with their options.
local function words()
    local found = {}
    for word in output("'%s' --help", program):gmatch "\n  finlab (%l+)" do
        found[word] = {}
        local help = output("'%s' help %s", program, word)
        for option in help:gmatch "\n(%-%-%l[%l-]*)" do found[word][option] = true end
    end
    assert.is_truthy(found.solve["--method"] and found.completion)
    return found
end

local function methods()
    local names = {}
    for i, method in ipairs(require("finlab").methods()) do names[i] = method.name end
    return names
end

describe("the manual page", function()
    local page

    setup(function()
        page = output("'%s' help --man", program):gsub("\\%-", "-")
    end)

    it("has every word with its options, and every method", function()
        for word, options in pairs(words()) do
            assert.is_truthy(page:find("\n.SS " .. word, 1, true), word)
            for option in pairs(options) do assert.is_truthy(page:find(option, 1, true), option) end
        end
        for _, name in ipairs(methods()) do
            assert.is_truthy(page:find("\n.TP\n\\fB" .. name .. "\\fR\n", 1, true), name)
        end
    end)

    it("says what the exit codes mean", function()
        for code = 0, 4 do assert.is_truthy(page:find("\n.TP\n\\fB" .. code .. "\\fR\n%l")) end
    end)

    it("has no line that troff takes for a request by accident", function()
        for request in page:gmatch "\n[.'](%S*)" do
            assert.is_truthy(("TH SH SS TP PP nf fi"):find(request, 1, true), request)
        end
    end)
end)

describe("completion in bash", function()
    --- What bash offers when `line` is typed, its last word being the one to complete.
    local function offered(line)
        return output([[bash -c '
            source <("%s" completion bash)
            COMP_WORDS=(%s) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _finlab
            echo "${COMPREPLY[*]}"']], program, line):gsub("\n$", "")
    end

    it("offers the words", function()
        assert.equal("solve", (offered "finlab so"))
        for word in pairs(words()) do
            local all = " " .. offered 'finlab ""' .. " "
            assert.is_truthy(all:find(" " .. word .. " ", 1, true), word)
        end
    end)

    it("offers the options of the word", function()
        for word, options in pairs(words()) do
            local all = " " .. offered("finlab " .. word .. " x --") .. " "
            for option in pairs(options) do
                assert.is_truthy(all:find(" " .. option .. " ", 1, true), option)
            end
        end
    end)

    it("offers methods where one is wanted", function()
        local all = table.concat(methods(), " ")
        assert.equal(all, (offered 'finlab solve two.json --method ""'))
        assert.equal("exact", (offered "finlab solve two.json --method = ex"))
        assert.equal(all, (offered 'finlab methods ""'))
    end)

    it("leaves files to the shell", function()
        assert.equal("", (offered 'finlab solve ""'))
        assert.equal("", (offered 'finlab solve two.json --option ""'))
    end)

    it("knows its shells only", function()
        assert.is_truthy(output("'%s' completion fish", program):find("complete -c finlab", 1, true))
        assert.is_truthy(output("'%s' completion zsh", program):find("#compdef finlab", 1, true))
        local _, _, code = os.execute(("'%s' completion tcsh 2>/dev/null"):format(program))
        assert.equal(2, code)
    end)
end)
