-- SPDX-License-Identifier: GPL-3.0-or-later
-- What specs that run the program share: reading what it leaves, running a script as its user does, a folder.
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")

local script = {}

function script.read(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("a")
    file:close()
    return text
end

--- Read a file that is not needed after that.
function script.take(path)
    local text = script.read(path)
    os.remove(path)
    return text
end

function script.temporary_folder()
    local path = os.tmpname()
    os.remove(path)
    return path
end

function script.remove(folder)
    os.execute(("rm -rf '%s'"):format(folder))
end

--- Run a script: exit code, standard output, standard error. The program needs no preloaded sanitizer, and
-- gnuplot, which it starts, is not to be watched by one.
function script.run(path, format, ...)
    local out, err = os.tmpname(), os.tmpname()
    local command = ("unset LD_PRELOAD; exec >%s 2>%s; '%s' %s "):format(out, err, program, path)
    local _, how, code = os.execute(command .. format:format(...))
    return how == "exit" and code or how .. " " .. code, script.take(out), script.take(err)
end

return script
