-- SPDX-License-Identifier: GPL-3.0-or-later
-- experiments/claims.lua: what it says when the other experiments were not run, and when they were.
local program = assert(os.getenv("FINLAB"), "FINLAB must name the program")
local folder

local function write(name, text)
    local file <close> = assert(io.open(folder .. "/" .. name, "w"))
    file:write(text)
end

local function run(arguments)
    local command = "unset LD_PRELOAD; '%s' experiments/claims.lua --quick --out '%s' %s >'%s/said' 2>&1"
    local _, how, code = os.execute(command:format(program, folder, arguments or "", folder))
    local file <close> = assert(io.open(folder .. "/said"))
    return how == "exit" and code or how, file:read "a"
end

--- Whether the text says of the claim that ends so that it has this verdict.
local function says(text, claim, verdict)
    local plain = text:gsub("%s+", " ")
    assert.is_truthy(plain:find(claim .. " - " .. verdict, 1, true),
        ("%s - %s, in:\n%s"):format(claim, verdict, text))
end

describe("experiments/claims.lua", function()
    setup(function()
        folder = os.tmpname()
        os.remove(folder)
        assert(os.execute("mkdir " .. folder))
    end)

    teardown(function() os.execute(("rm -rf '%s'"):format(folder)) end)

    it("checks by itself what needs no other experiment, and says what cannot be checked and why", function()
        local code, said = run()
        assert.equal(0, code, said)
        says(said, "integer programme agree", "holds: 40 random instances")
        says(said, "for the shortened deadline", "holds: 60 runs, in ")
        says(said, "released scripts, receiver links", "cannot be checked: no savings-summary.csv")
        says(said, "leaves users unserved", "cannot be checked: no multiapp.csv")
        says(said, "against multi-constrained path, bottleneck links", "cannot be checked: no networks.csv")
        says(said, "beats planning again in every slot", "cannot be checked: no online.csv")
        says(said, "instances of every family", "cannot be checked: no campaign.txt")
        says(said, "applications (journal)", "cannot be checked: memory sizes")
    end)

    it("decides by the figures of the other experiments", function()
        write("savings-summary.csv", "links,method,gamma,cells,no_plan,optimal,worst,saving_released,"
            .. "reach_released,saving_mcp,reach_mcp\n"
            .. "receiver,exact,,10,1,9,1,0.7,8,0.651,2\nreceiver,fin,3,10,1,9,1,0.6,7,0.2,1\n"
            .. "receiver,fin,10,10,2,8,1,0.6,7,0.2,1\nreceiver,fin,30,10,1,8,1.5,0.66,7,0.64,1\n"
            .. "bottleneck,exact,,10,1,9,1,0.7,8,0.651,2\nbottleneck,fin,3,10,1,9,1,0.6,7,0.2,1\n"
            .. "bottleneck,fin,10,10,2,8,1,0.6,7,0.2,1\nbottleneck,fin,30,10,1,8,1.5,0.66,7,0.64,1\n")
        write("multiapp.csv", "fewer,method,status,system,users\n0,joint optimum (colgen),optimal,one,5\n"
            .. '3,"FIN, as given",feasible,one,5\n2,"FIN, by load",feasible,one,5\n'
            .. '0,joint optimum (colgen),feasible,one,9\n7,"FIN, as given",feasible,one,9\n')
        write("networks.csv", "network,data,links,fin_released,fin_mcp\nA,one,receiver,0.7,0.2\n"
            .. "A,two,receiver,0.64,0.3\nB,one,receiver,,0.1\nA,one,bottleneck,0.66,0\n")
        write("strategies-summary.csv", "family,method,optimal\nsmall,local,0.9\nsmall,fin:gamma=30,0.9\n"
            .. "large,local,0.8\nlarge,fin:gamma=30,0.9\n")
        write("online.csv", "network,scenario,policy,cost,percent\nA,x,replan,1,5\nA,x,clairvoyant,0.5,0\n"
            .. "A,x,static,2,9\nA,y,replan,3,7\nA,y,static,2.5,4\n")
        write("campaign.txt", "family instances answers faults\nall    20    400     1\n")
        local code, said = run()
        assert.equal(0, code, said)
        says(said, "released scripts, receiver links", "holds: FIN with 30 levels saves 66.00 %")
        says(said, "multi-constrained path, receiver links",
            "does not hold: FIN with 30 levels saves 64.00 %")
        says(said, "3 levels matches the optimum, receiver links", "holds: optimal in 9 of the 9")
        says(said, "10 levels matches the optimum, receiver links", "does not hold: optimal in 8 of the 9")
        says(said, "leaves users unserved", "holds: up to 3 fewer than the joint optimum (5 users, one)")
        says(said, "the best of all orders tried", "holds: up to 2 fewer")
        says(said, "instances of every family", "does not hold: 20 random instances")
        says(said, "every network and data set, against the rule in the released scripts, receiver links",
            "does not hold: in 1 of 2; from 64.00 % (A, two) to 70.00 % (A, one)")
        says(said, "every network and data set, against the rule in the released scripts, bottleneck links",
            "holds: in 1 of 1")
        says(said, "every network and data set, against multi-constrained path, receiver links",
            "does not hold: in 0 of 3; from 10.00 % (B, one) to 30.00 % (A, two)")
        says(said, "at least as often as FIN with 30 levels",
            "does not hold: optimal: small 90.0 and 90.0 %, large 80.0 and 90.0 %")
        says(said, "beats planning again in every slot",
            "does not hold: of 4 averages over traces 1 are lower; its regret is at most 7.00 %")
    end)

    it("refuses other arguments", function()
        assert.equal(2, (run "--slow"))
    end)
end)
