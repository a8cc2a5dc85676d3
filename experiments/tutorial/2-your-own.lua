-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tutorial 2: your own system and network, as Lua tables, as a file and as a picture.
-- build/finlab experiments/tutorial/2-your-own.lua [FOLDER]; lines with an arrow are what it prints.

local fl = require "finlab"
local folder = arg[1] or "."

-- Operations per second, watts while computing, joules per bit sent and received; bits per second on a link.
local system = {
    nodes = {
        { name = "camera", tier = 0, speed = 5e9, power = 2, tx_energy = 50e-9 },
        { name = "gateway", tier = 1, speed = 40e9, power = 15, rx_energy = 20e-9, tx_energy = 20e-9 },
        { name = "server", tier = 2, speed = 500e9, power = 250, rx_energy = 10e-9 },
    },
    links = {
        { from = "camera", to = "gateway", rate = 100e6, delay = 1e-3 },
        { from_tier = 1, to_tier = 2, rate = 1e9, delay = 5e-3 }, -- all gateways to all servers
    },
}

-- An exit after the second block, where 60 % of the samples are sure enough to leave, and one after the last.
local app = { name = "doorbell", source = "camera", deadline = 30e-3, accuracy = 0.85 }
app.exits = { { after = 2, accuracy = 0.80, share = 0.6, ops = 1e6 }, { after = 4, accuracy = 0.95 } }
app.blocks = {
    { name = "conv1", ops = 40e6, out_bits = 800e3, nodes = { "camera" } }, -- sees the picture: stays here
    { name = "conv2", ops = 60e6, out_bits = 200e3 }, { name = "conv3", ops = 60e6, out_bits = 100e3 },
    { name = "dense", ops = 90e6 },
}
local inst = assert(fl.instance { name = "doorbell", system = system, apps = { app } })
for _, point in ipairs(assert(inst:frontier())) do -- every trade of energy, latency and accuracy in time
    print(("%.1f mJ in %.1f ms"):format(point.energy * 1e3, point.latency * 1e3))
end
--> 117.4 mJ in 22.3 ms
--> 68.5 mJ in 27.0 ms

-- A file for the program (build/finlab solve doorbell.json --method exact), and a picture of the best plan.
assert(inst:write(folder .. "/doorbell.json"))
assert(assert(fl.picture(inst, assert(inst:solve "exact"))):write(folder .. "/doorbell.svg"))
