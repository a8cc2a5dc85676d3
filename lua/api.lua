-- SPDX-License-Identifier: GPL-3.0-or-later
-- What `require "finlab"` answers: the C functions of finlab.core and the Lua modules beside this file.

local core = require "finlab.core"
local models = require "finlab.models"
local tools = require "finlab.tools"

local finlab = {
    version = core.version,
    clock = core.clock,
    load = core.load,
    generate = core.generate,
    method = require "finlab.method",
    models = models.published,
    systems = require "finlab.systems",
    gap = tools.gap,
    saving = tools.saving,
    range = tools.range,
    table = require "finlab.table",
    plot = require "finlab.plot",
    picture = require "finlab.picture",
    graph = require "finlab.graph",
    import = require "finlab.import",
    page = require "finlab.page",
    progress = require "finlab.progress",
    stats = require "finlab.stats",
    sweep = require "finlab.sweep",
    traces = require "finlab.traces",
    online = require("finlab.online").run,
    store = require("finlab.store").open,
    worst = require "finlab.worst",
}

function finlab.instance(description)
    if type(description) ~= "table" then
        error("bad argument #1 to 'instance' (table expected, got " .. type(description) .. ")", 2)
    end
    local expanded, message, code = models.expand(description)
    if not expanded then return nil, message, code end
    return core.instance(expanded)
end

function finlab.methods()
    return core.methods()
end

return finlab
