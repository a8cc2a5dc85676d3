-- SPDX-License-Identifier: GPL-3.0-or-later
-- experiments/online.lua: it ends well, and the same arguments give the same files.
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")

local function read(path)
    local file <close> = assert(io.open(path, "rb"))
    return file:read "a"
end

local function run(folder)
    local command = "unset LD_PRELOAD; '%s' experiments/online.lua --out '%s' --quick >'%s.txt' 2>&1"
    local _, how, code = os.execute(command:format(program, folder, folder))
    return how == "exit" and code or how, read(folder .. ".txt")
end

describe("experiments/online.lua", function()
    local folders = { os.tmpname(), os.tmpname() }

    setup(function() for _, folder in ipairs(folders) do os.remove(folder) end end)

    teardown(function()
        for _, folder in ipairs(folders) do os.execute(("rm -rf '%s' '%s.txt'"):format(folder, folder)) end
    end)

    it("ends well, twice with the same files", function()
        for _, folder in ipairs(folders) do
            local code, said = run(folder)
            assert.equal(0, code, said)
            assert.matches("nobody costs less than the clairvoyant: %d+ cases, 0 exceptions", said)
            assert.matches("planning once is optimal when nothing changes: 6 cases, 0 exceptions", said)
        end
        for _, name in ipairs { "online.md", "online.csv", "online-AlexNet.svg" } do
            assert.equal(read(folders[1] .. "/" .. name), read(folders[2] .. "/" .. name), name)
        end
    end)
end)
