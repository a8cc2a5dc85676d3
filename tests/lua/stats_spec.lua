-- SPDX-License-Identifier: GPL-3.0-or-later
local stats = require("finlab").stats
local core = require "finlab.core"

describe("finlab.stats", function()
    it("sums without losing small numbers among large ones", function()
        assert.equal(2, stats.sum { 1, 1e100, 1, -1e100 })
        assert.equal(0, stats.sum {})
    end)

    it("gives means and deviations as computed by hand", function()
        assert.equal(5, stats.mean { 2, 4, 4, 4, 5, 5, 7, 9 })
        assert.near(math.sqrt(32 / 7), stats.deviation { 2, 4, 4, 4, 5, 5, 7, 9 }, 1e-15)
        assert.is_nil(stats.mean {})
        assert.is_nil(stats.deviation { 1 })
    end)

    it("interpolates quantiles as R's type 7 does", function()
        local ten = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }
        local quantiles = { [0] = 1, [0.05] = 1.45, [0.25] = 3.25, [0.5] = 5.5, [0.9] = 9.1, [1] = 10 }
        for q, wanted in pairs(quantiles) do
            assert.near(wanted, stats.quantile(ten, q), 1e-12)
        end
        assert.equal(7, stats.quantile({ 7 }, 0.3))
        assert.is_nil(stats.quantile({}, 0.5))
        assert.equal(2, stats.median { 3, 1, 2 })
    end)

    it("leaves the numbers as they are", function()
        local numbers = { 3, 1, 2 }
        stats.median(numbers)
        stats.bootstrap(numbers)
        assert.same({ 3, 1, 2 }, numbers)
    end)

    it("bootstraps the interval that the normal approximation gives for many numbers", function()
        local numbers = {}
        for i = 1, 400 do numbers[i] = (i * 7919 % 400) / 400 end -- uniform: 0, 1/400, ...
        local low, high = stats.bootstrap(numbers, { resamples = 4000, seed = 3 })
        local half = 1.96 * stats.deviation(numbers) / math.sqrt(400)
        assert.near(stats.mean(numbers) - half, low, 0.15 * half)
        assert.near(stats.mean(numbers) + half, high, 0.15 * half)
    end)

    it("bootstraps the same interval for the same seed", function()
        local numbers = { 1, 5, 2, 8, 3 }
        assert.same({ stats.bootstrap(numbers) }, { stats.bootstrap(numbers) })
        assert.not_same({ stats.bootstrap(numbers) }, { stats.bootstrap(numbers, { seed = 2 }) })
        assert.same({ 4, 4 }, { stats.bootstrap { 4, 4, 4 } })
        assert.is_nil(stats.bootstrap {})
    end)

    it("tests signs with the binomial distribution", function()
        assert.near(2 * (1 + 10) / 1024, stats.sign_test(9, 1), 1e-12)
        assert.near(2 / 1024, stats.sign_test(0, 10), 1e-14)
        assert.equal(1, stats.sign_test(5, 5))
        assert.equal(1, stats.sign_test(0, 0))
        assert.is_true(stats.sign_test(3000, 1000) < 1e-200)
    end)
end)

describe("digest", function()
    it("is SHA-256 by the standard's examples", function()
        local examples = {
            [""] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq =
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        }
        for text, wanted in pairs(examples) do assert.equal(wanted, core.digest(text)) end
        assert.equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            core.digest(("a"):rep(1000000)))
    end)

    it("agrees with sha256sum at every length around a block's end", function()
        local path = os.tmpname()
        for length = 54, 66 do
            local text = ("x"):rep(length)
            local file = assert(io.open(path, "w"))
            file:write(text)
            file:close()
            local sum = io.popen("sha256sum <" .. path):read("a"):match("^%x+")
            assert.equal(sum, core.digest(text), "length " .. length)
        end
        os.remove(path)
    end)
end)

describe("digests one after another", function()
    it("agree with sha256sum, however much of the text is the same as before", function()
        math.randomseed(7)
        local path, base, texts = os.tmpname(), {}, {}
        for i = 1, 40000 do base[i] = string.char(math.random(32, 126)) end
        base = table.concat(base)
        for i = 1, 60 do
            local length = math.random(0, #base)
            local text = base:sub(1, length) .. ("y"):rep(math.random(0, 300)) .. base:sub(length + 2)
            texts[i] = i % 4 == 0 and texts[i - 1] or text:sub(1, math.random(0, #text))
        end
        for i, text in ipairs(texts) do
            local file <close> = assert(io.open(path, "w"))
            file:write(text):flush()
            local pipe <close> = io.popen("sha256sum <" .. path)
            assert.equal(pipe:read(64), core.digest(text), "text " .. i)
        end
        os.remove(path)
    end)
end)

describe("core.json and core.parse", function()
    it("round-trip, with names sorted and every digit", function()
        assert.equal('{"a": [1, 2], "b": 0.10000000000000001, "c": "\\u03b3"}',
            (core.json { c = "γ", b = 0.1, a = { 1, 2 } }):gsub("γ", "\\u03b3"))
        local value = { x = 1 / 3, list = { true, false }, text = 'a "b"\n' }
        assert.same(value, core.parse(core.json(value)))
    end)

    it("say what cannot be written or read", function()
        assert.matches("x: is not a number", select(2, core.json { x = 0 / 0 }))
        assert.matches("cannot be a function", select(2, core.json { print }))
        assert.equal("invalid", select(3, core.parse "{"))
    end)
end)
