-- SPDX-License-Identifier: GPL-3.0-or-later
-- Tutorial 2: your own system and network, as Lua tables, as a file and as a picture.
-- build/finlab experiments/tutorial/2-your-own.lua [FOLDER]; lines with an arrow are what it prints.

local fl = require "finlab"
local folder = arg[1] or "out/tutorial"
assert(os.execute("mkdir -p '" .. folder .. "'"))

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

-- Four blocks, an exit after the second and after the last. 60 % of the samples are sure enough to leave
-- early, so the later blocks run for 40 % only. The first block sees the picture and stays on the camera.
local app = {
    name = "doorbell", source = "camera", deadline = 30e-3, accuracy = 0.85,
    blocks = {
        { name = "conv1", ops = 40e6, out_bits = 800e3, nodes = { "camera" } },
        { name = "conv2", ops = 60e6, out_bits = 200e3 },
        { name = "conv3", ops = 60e6, out_bits = 100e3 },
        { name = "dense", ops = 90e6 },
    },
    exits = { { after = 2, accuracy = 0.80, share = 0.6, ops = 1e6 }, { after = 4, accuracy = 0.95 } },
}

-- What is wrong in a description is said with its place.
app.exits[2].after = 5
local _, message = fl.instance { name = "doorbell", system = system, apps = { app } }
print(message)
--> apps[1].exits[2].after: is 5, but there are only 4 blocks
app.exits[2].after = 4

local inst = assert(fl.instance { name = "doorbell", system = system, apps = { app } })
local best = assert(inst:solve "exact")
local part = best.plan[1]
print(("%.1f mJ, exit %d: %s"):format(best.energy * 1e3, part.exit, table.concat(part.nodes, " ")))
--> 68.5 mJ, exit 2: camera camera gateway gateway

-- Every other trade of energy, latency and accuracy within the deadline and the target.
for _, point in ipairs(assert(inst:frontier())) do
    print(("%.1f mJ in %.1f ms"):format(point.energy * 1e3, point.latency * 1e3))
end
--> 117.4 mJ in 22.3 ms
--> 68.5 mJ in 27.0 ms

-- A file for the program and for colleagues (build/finlab solve FILE --method exact), and a picture.
assert(inst:write(folder .. "/doorbell.json"))
assert(assert(fl.picture(inst, best)):write(folder .. "/doorbell.svg"))
print(assert(fl.load(folder .. "/doorbell.json")))
--> finlab.instance "doorbell" (3 nodes, 1 application)
