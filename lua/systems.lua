-- SPDX-License-Identifier: GPL-3.0-or-later
-- Published systems, as the `system` of an instance.

local systems = {}

-- A mobile node, an edge server and a cloud server: the INFOCOM 2024 paper's, with the share of compute and
-- the ns/bit of its authors' scripts. An inference gets a thousandth of a node's nominal compute.
local SHARE = 0.001
local tiers = {
    { name = "mobile", nominal = 11e12, power = 6, energy = 30e-9, seconds_per_bit = 10e-9 },
    { name = "edge", nominal = 153.4e12, power = 140, energy = 37e-9, seconds_per_bit = 0.00178e-9 },
    { name = "cloud", nominal = 312e12, power = 400, energy = 12.6e-9, seconds_per_bit = 0.00022e-9 },
}

--- Seconds per bit from one tier to another under each model of a link.
local link_models = {
    receiver = function(_, to) return to.seconds_per_bit end,
    bottleneck = function(from, to) return math.max(from.seconds_per_bit, to.seconds_per_bit) end,
}

--- Three tiers, with links upwards only. `options.links` says what times a transfer: "receiver" (default),
-- the receiver's rate as in the published scripts, or "bottleneck", the slower of the two ends.
function systems.three_tier(options)
    local links = (options or {}).links or "receiver"
    local seconds_per_bit = link_models[links]
    if not seconds_per_bit then
        error(("three_tier: links must be \"receiver\" or \"bottleneck\", not %q"):format(tostring(links)), 2)
    end
    local system = { nodes = {}, links = {} }
    for i, tier in ipairs(tiers) do
        system.nodes[i] = {
            name = tier.name, tier = i - 1, speed = tier.nominal * SHARE, power = tier.power,
            tx_energy = tier.energy, rx_energy = tier.energy,
        }
        for j = i + 1, #tiers do
            table.insert(system.links,
                { from = tier.name, to = tiers[j].name, rate = 1 / seconds_per_bit(tier, tiers[j]) })
        end
    end
    return system
end

return systems
