-- SPDX-License-Identifier: GPL-3.0-or-later
-- Whole files and folders of the user's, read within limits.

local core = require "finlab.core"

local files = {}

--- The bytes of a file of at most `most` bytes; nil, message, code when it cannot be read or is larger.
function files.read(path, most)
    local file, message = io.open(path, "rb")
    if not file then return nil, message, "io" end
    local text, reason = file:read(most and most + 1 or "a")
    file:close()
    if not text and reason then return nil, ("%s: %s"):format(path, reason), "io" end
    if most and text and #text > most then
        return nil, ("%s: larger than %d bytes"):format(path, most), "invalid"
    end
    return text or ""
end

--- The names in a folder, ascending, without those that begin with a dot; nil, message, code.
function files.list(path)
    local names, message, code = core.entries(path)
    if not names then return nil, message, code end
    table.sort(names)
    return names
end

return files
