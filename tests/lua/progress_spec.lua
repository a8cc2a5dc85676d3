-- SPDX-License-Identifier: GPL-3.0-or-later
local fl = require "finlab"

describe("fl.progress", function()
    it("says how much is done", function()
        local bar = fl.progress(8, "cells")
        assert.matches("cells .*0/8 %(0 %%%), starting", bar:text())
        bar:step()
        bar:step(2)
        assert.matches("3/8 %(37 %%%), 30/s, 0:00 left", bar:text())
        bar:step(5)
        assert.matches("8/8 %(100 %%%), took 0:00", bar:text())
    end)

    it("tells the time left from the pace so far", function()
        local bar = fl.progress(100)
        bar.start = bar.start - 3600
        bar:step(50)
        assert.matches("50/100 %(50 %%%), 50/h, 1:00:00 left", bar:text())
    end)

    it("leaves what was done before out of the pace, and tells failures", function()
        local bar = fl.progress(100)
        bar.start = bar.start - 10
        bar:step(40, { kept = true })
        assert.matches("40/100 %(40 %%%), starting, 40 were done$", bar:text())
        bar:step(19)
        bar:step(1, { failed = true })
        local pace, rest = bar:text():match "60/100 %(60 %%%), (.*)/s, 0:2%d left, (.*)$"
        assert.near(2, tonumber(pace), 0.2) -- and a little time has gone by since
        assert.equal("40 were done, 1 failed", rest)
    end)

    it("is done at once when there is nothing to do", function()
        assert.matches("0/0 %(100 %%%)", fl.progress(0):text())
        assert.has_error(function() fl.progress("x") end)
    end)
end)
