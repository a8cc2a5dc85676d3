-- SPDX-License-Identifier: GPL-3.0-or-later
-- Measurements and topologies that others' programs left, as models and systems. IMPORT.md is the manual.

return {
    csv = require "finlab.import_csv",
    graphml = require "finlab.import_graphml",
    portend = require "finlab.import_portend",
    pickle = require("finlab.pickle").read,
    scission = require "finlab.import_scission",
}
