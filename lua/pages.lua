-- SPDX-License-Identifier: GPL-3.0-or-later
-- What is made from the table of the program's words: the manual page, and what shells complete.
--
-- `words` is that table, `order` the names in it as they are listed, `methods` the methods' descriptors.

local finlab = require "finlab"

local pages = {}

-- The manual page -------------------------------------------------------------------------------------------

--- Text as troff takes it literally.
local function literal(text)
    return (text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("^([.'])", "\\&%1"))
end

--- Help text: lines that begin with an option and, further right, what it is, which indented lines go on;
--- other indented lines stay as they are; all others are prose.
local function troff(help)
    local lines, in_option = {}, false
    for line in (help .. "\n"):gmatch "(.-)\n" do
        local option, meaning = line:match "^(%-.-)%s%s+(.*)$"
        local more = line:match "^%s+(%S.*)$"
        if option then
            table.insert(lines, (".TP\n\\fB%s\\fR\n%s"):format(literal(option), literal(meaning)))
        elseif line:match "^%-" then
            table.insert(lines, (".TP\n\\fB%s\\fR\n\\&"):format(literal(line)))
        elseif line == "" then
            table.insert(lines, ".PP")
        elseif more and not in_option then
            table.insert(lines, ".nf\n" .. literal(line) .. "\n.fi")
        else
            if in_option and not more then table.insert(lines, ".PP") end
            table.insert(lines, literal(more or line))
        end
        in_option = option ~= nil or (in_option and more ~= nil)
    end
    return table.concat(lines, "\n")
end

--- finlab(1). `codes`: what the exit codes mean, a list.
function pages.man(words, order, methods, codes)
    local page = {
        ('.TH FINLAB 1 "" "finlab %s" "User Commands"'):format(finlab.version),
        ".SH NAME\nfinlab \\- exact versus heuristic placement of early\\-exit neural networks",
        ".SH SYNOPSIS",
        ".nf\n\\fBfinlab\\fR \\fIWORD\\fR [\\fIARGUMENTS\\fR]",
        "\\fBfinlab\\fR \\fISCRIPT\\fR.lua [\\fIARGUMENTS\\fR]\n\\fBfinlab\\fR \\-i\n.fi",
        ".SH DESCRIPTION",
        "finlab places the blocks of early\\-exit neural networks on mobile, edge and cloud machines, such",
        "that an inference costs the least energy, ends before its deadline and is accurate enough: exactly",
        "or by heuristics. It runs one of the words below, or a Lua script, in which",
        "\\fBrequire \"finlab\"\\fR is the module.",
        "An instance or a result is data; a script is a program that may do whatever its user may.",
        ".TP\n\\fB\\-i\\fR\nan interactive prompt: Lua, line by line, with the module as \\fBfl\\fR",
        ".TP\n\\fB\\-\\-help\\fR\nan overview; after a word, its explanation",
        ".TP\n\\fB\\-\\-version\\fR\nthe version",
        ".SH WORDS",
    }
    for _, word in ipairs(order) do
        table.insert(page, ".SS " .. literal(words[word].usage) .. "\n" .. troff(words[word].help))
    end
    table.insert(page, ".SH METHODS")
    for _, method in ipairs(methods) do
        table.insert(page, (".TP\n\\fB%s\\fR\n%s"):format(literal(method.name), literal(method.summary)))
    end
    table.insert(page, ".SH EXIT STATUS")
    for code, meaning in ipairs(codes) do
        table.insert(page, (".TP\n\\fB%d\\fR\n%s"):format(code - 1, literal(meaning)))
    end
    return table.concat(page, "\n") .. "\n"
end

-- Completion ------------------------------------------------------------------------------------------------

--- The options of a word as they are typed, sorted.
local function options_of(word)
    local options = { "--help" }
    for name in pairs(word.options) do table.insert(options, "--" .. name) end
    table.sort(options)
    return options
end

local function names_of(methods)
    local names = {}
    for i, method in ipairs(methods) do names[i] = method.name end
    return names
end

--- What may stand for the first argument of the words that want no file there.
local function arguments_of(order, methods)
    local names, all = table.concat(names_of(methods), " "), table.concat(order, " ")
    return { methods = names, help = all .. " " .. names, completion = "bash zsh fish" }
end

local BASH = [[
# Completion of finlab for bash.
_finlab() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} options='' arguments=''
    [ "$previous" != = ] || previous=${COMP_WORDS[COMP_CWORD - 2]}
    case ${COMP_WORDS[1]} in
@CASES@
    esac
    if [ "$COMP_CWORD" = 1 ]; then
        options='--help --version -i'
        arguments='@WORDS@'
    elif [ "$previous" = --method ]; then
        options=''
        arguments='@METHODS@'
    elif [ "$COMP_CWORD" != 2 ]; then
        arguments=''
    fi
    case $current in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$arguments" -- "$current")) ;;
    esac
}
complete -o bashdefault -o default -F _finlab finlab
]]

--- Files are left to the shell.
function pages.bash(words, order, methods)
    local cases, first = {}, arguments_of(order, methods)
    for i, word in ipairs(order) do
        local options = table.concat(options_of(words[word]), " ")
        cases[i] = ("    %s) options='%s' arguments='%s' ;;"):format(word, options, first[word] or "")
    end
    local parts = {
        CASES = table.concat(cases, "\n"), WORDS = table.concat(order, " "),
        METHODS = table.concat(names_of(methods), " "),
    }
    return (BASH:gsub("@(%u+)@", parts))
end

--- zsh runs bash's.
function pages.zsh(words, order, methods)
    local prepare = "#compdef finlab\nautoload -U +X bashcompinit && bashcompinit\n"
    return prepare .. pages.bash(words, order, methods)
end

function pages.fish(words, order, methods)
    local first, start = arguments_of(order, methods), "complete -c finlab -n __fish_use_subcommand"
    local lines = {
        "# Completion of finlab for fish.",
        start .. " -l help -d 'an overview'",
        start .. " -l version -d 'the version'",
        start .. " -s i -d 'an interactive prompt'",
    }
    for _, name in ipairs(order) do
        local word = words[name]
        table.insert(lines, ("%s -a %s -d \"%s\""):format(start, name, word.summary))
        local after = ("complete -c finlab -n '__fish_seen_subcommand_from %s'"):format(name)
        if first[name] then table.insert(lines, ("%s -f -a '%s'"):format(after, first[name])) end
        for _, option in ipairs(options_of(word)) do
            local kind = word.options[option:sub(3)]
            local values = kind and kind ~= "flag" and " -r" or ""
            if option == "--method" then values = (" -x -a '%s'"):format(first.methods) end
            table.insert(lines, ("%s -l %s%s"):format(after, option:sub(3), values))
        end
    end
    return table.concat(lines, "\n") .. "\n"
end

return pages
