-- SPDX-License-Identifier: GPL-3.0-or-later
-- The reader of pickles: plain data is read, everything else is refused, whatever the bytes.
require "finlab"
local pickle = require "finlab.pickle"
local new_stream = require "finlab.stream"
local writer = dofile("tests/lua/pickle_writer.lua")

local CLASSES = { "__main__.LayerBenchmark", "numpy", "torch.Size" }

local function parse(text) return pickle.parse(text, { classes = CLASSES }) end

local function complaint(text)
    local value, message, code = parse(text)
    assert.is_nil(value)
    assert.equal("invalid", code)
    return message
end

local function bytes_of(hex)
    return (hex:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- What Python 3.11's pickle.dumps(value, protocol) makes of one value, which is PLAIN here.
local PYTHON = {
    [0] = "286470300a56610a70310a286c70320a63636f70795f7265670a5f7265636f6e7374727563746f720a70330a2863"
        .. "5f5f6d61696e5f5f0a4c6179657242656e63686d61726b0a70340a635f5f6275696c74696e5f5f0a6f626a656374"
        .. "0a70350a4e7470360a5270370a286470380a5666697273740a70390a49300a73567365636f6e64730a7031300a46"
        .. "302e3132350a73566e6f6e650a7031310a4e73626167370a617356740a7031320a2849310a492d320a493330300a"
        .. "4937303030300a4c313039393531313632373737364c0a747031330a7356620a7031340a286c7031350a4930310a"
        .. "614930300a617356730a7031360a56e9275c75323061635c75303030610a7031370a7349320a28747346302e350a"
        .. "28647031380a732e",
    [1] = "7d71002858010000006171015d71022863636f70795f7265670a5f7265636f6e7374727563746f720a710328635f"
        .. "5f6d61696e5f5f0a4c6179657242656e63686d61726b0a7104635f5f6275696c74696e5f5f0a6f626a6563740a71"
        .. "054e7471065271077d7108285805000000666972737471094b0058070000007365636f6e6473710a473fc0000000"
        .. "00000058040000006e6f6e65710b4e7562680765580100000074710c284b014afeffffff4d2c014a701101004c31"
        .. "3039393531313632373737364c0a74710d580100000062710e5d710f284930310a4930300a655801000000737110"
        .. "5807000000c3a927e282ac0a71114b0229473fe00000000000007d7112752e",
    [2] = "80027d71002858010000006171015d710228635f5f6d61696e5f5f0a4c6179657242656e63686d61726b0a710329"
        .. "8171047d7105285805000000666972737471064b0058070000007365636f6e64737107473fc00000000000005804"
        .. "0000006e6f6e6571084e75626804655801000000747109284b014afeffffff4d2c014a701101008a060000000000"
        .. "0174710a580100000062710b5d710c28888965580100000073710d5807000000c3a927e282ac0a710e4b0229473f"
        .. "e00000000000007d710f752e",
    [3] = "80037d71002858010000006171015d710228635f5f6d61696e5f5f0a4c6179657242656e63686d61726b0a710329"
        .. "8171047d7105285805000000666972737471064b0058070000007365636f6e64737107473fc00000000000005804"
        .. "0000006e6f6e6571084e75626804655801000000747109284b014afeffffff4d2c014a701101008a060000000000"
        .. "0174710a580100000062710b5d710c28888965580100000073710d5807000000c3a927e282ac0a710e4b0229473f"
        .. "e00000000000007d710f752e",
    [4] = "8004959e000000000000007d94288c0161945d94288c085f5f6d61696e5f5f948c0e4c6179657242656e63686d61"
        .. "726b9493942981947d94288c056669727374944b008c077365636f6e647394473fc00000000000008c046e6f6e65"
        .. "944e75626806658c017494284b014afeffffff4d2c014a701101008a0600000000000174948c0162945d94288889"
        .. "658c0173948c07c3a927e282ac0a944b0229473fe00000000000007d94752e",
    [5] = "8005959e000000000000007d94288c0161945d94288c085f5f6d61696e5f5f948c0e4c6179657242656e63686d61"
        .. "726b9493942981947d94288c056669727374944b008c077365636f6e647394473fc00000000000008c046e6f6e65"
        .. "944e75626806658c017494284b014afeffffff4d2c014a701101008a0600000000000174948c0162945d94288889"
        .. "658c0173948c07c3a927e282ac0a944b0229473fe00000000000007d94752e",
}
local function plain()
    local object = { first = 0, seconds = 0.125, none = pickle.none }
    return {
        a = { object, object }, t = { 1, -2, 300, 70000, 1 << 40 }, b = { true, false }, s = "é'€\n",
        [2] = {}, [0.5] = {},
    }
end

--- A pickle that nests lists n deep.
local function nested(n) return ("]"):rep(n) .. ("a"):rep(n - 1) .. "." end

describe("pickle", function()
    it("reads what Python writes, in all six protocols", function()
        for protocol = 0, 5 do
            local value, message = parse(bytes_of(PYTHON[protocol]))
            assert(value, message)
            assert.same(plain(), value)
            assert.equal(value.a[1], value.a[2])
        end
    end)

    it("reads numpy's numbers and torch's shapes by forms of its own", function()
        assert.same({ 0.1, { 1, 3, 32 } },
            parse(writer.dump { writer.float64(0.1), writer.call("torch.Size", writer.tuple(1, 3, 32)) }))
    end)

    it("reads integers, texts and bytes of every form", function()
        for text, value in pairs {
            ["I12\n."] = 12, ["I-3\n."] = -3, ["L7L\n."] = 7, ["F1.5\n."] = 1.5, ["\x8a\0."] = 0,
            ["\x8a\1\xff."] = -1, ["\x8b\2\0\0\0\0\1."] = 256, ["S'a\\x41\\n'\n."] = "aA\n",
            ['S"it\'s"\n.'] = "it's", ["V\\u20ac\n."] = "€", ["U\1x."] = "x",
            ["\x8d\1\0\0\0\0\0\0\0x."] = "x", ["B\1\0\0\0\xff."] = "\xff",
        } do
            assert.equal(value, (parse(text)))
            assert.equal(math.type(value), math.type((parse(text))))
        end
        assert.equal(pickle.none, (parse "N."))
    end)

    it("refuses to name anything that is not listed, and to call", function()
        assert.equal('pickle: byte 0: "os.system" is none of the names that may be read',
            complaint "cos\nsystem\n(S'touch /tmp/owned'\ntR.")
        assert.equal('pickle: byte 20: "builtins.eval" is none of the names that may be read',
            complaint("\x80\4\x8c\8builtins\x94\x8c\4eval\x94\x93."))
        assert.equal('pickle: byte 2: "__main__.Other" is none of the names that may be read',
            complaint(writer.dump(writer.object("__main__.Other"))))
        assert.equal("pickle: byte 29: a call, which is never made",
            complaint(writer.dump(writer.call("__main__.LayerBenchmark"))))
        assert.equal("pickle: byte 3: a call, which is never made", complaint "K\1)R.")
        assert.equal("pickle: byte 27: a class in place of a value",
            complaint "]c__main__\nLayerBenchmark\na.")
        assert.equal("pickle: byte 29: an object that takes more than attributes",
            complaint "c__main__\nLayerBenchmark\n(K\1t\x81.")
        local lone = pickle.parse(writer.dump(writer.float64(1)), { classes = { "torch.Size" } })
        assert.is_nil(lone)
    end)

    it("refuses what is no plain data", function()
        for text, reason in pairs {
            ["Pid\n."] = "byte 0: a persistent id", ["NQ."] = "byte 1: a persistent id",
            ["\x82\1."] = "byte 0: an extension code", ["\x8f."] = "byte 0: a set",
            ["\x97."] = "byte 0: a buffer outside the file", ["(i__main__\nX\n."] =
                "byte 1: an object that takes more than attributes",
            ["}]K\1s."] = "byte 4: a key that is no text, number or boolean",
            ["}NK\1s."] = "byte 4: a key that is no text, number or boolean",
            ["}(K\1u."] = "byte 4: a key without a value",
            ["\x80\6."] = "byte 0: protocol 6; 5 is the last that is read",
            ["\xff."] = "byte 0: no instruction of a pickle", ["Z."] = "byte 0: no instruction of a pickle",
        } do
            assert.equal("pickle: " .. reason, complaint(text))
        end
    end)

    it("refuses misuse of stack, marks and memo", function()
        for text, reason in pairs {
            ["."] = "byte 0: the stack is empty", ["0."] = "byte 0: the stack is empty",
            ["N0."] = "byte 2: the stack is empty", ["2."] = "byte 0: the stack is empty",
            ["NN."] = "byte 2: values are left over", ["(N."] = "byte 2: values are left over",
            ["N(."] = "byte 2: the stack is empty", ["t."] = "byte 0: there is no mark",
            ["N(0."] = "byte 2: the stack is empty", ["h\5."] = "byte 0: nothing was kept under that number",
            ["g5\n."] = "byte 0: nothing was kept under that number", ["q\0."] = "byte 0: the stack is empty",
            ["](\x94."] = "byte 2: the stack is empty", ["NNa."] = "byte 2: no list to add to",
            ["}Na."] = "byte 2: no list to add to", ["]NNs."] = "byte 3: no dict to add to",
            [")K\1a."] = "byte 3: no list to add to", ["N}b."] = "byte 2: a state that is no attributes",
            ["N.N"] = "byte 1: 1 bytes after the end", ["]2a."] = "byte 3: a value that holds itself",
            ["}q\0X\1\0\0\0ah\0s."] = "byte 12: a value that holds itself",
        } do
            assert.equal("pickle: " .. reason, complaint(text))
        end
    end)

    it("refuses lengths beyond the file, and numbers that are none", function()
        local beyond = "byte 0: the file ends before its operand does"
        for text, reason in pairs {
            ["X\xff\xff\xff\xff."] = beyond, ["\x8d\xff\xff\xff\xff\xff\xff\xff\x7f."] = beyond,
            ["\x8e\xff\xff\xff\xff\xff\xff\xff\xff."] = beyond, ["U\2x"] = beyond, ["I12"] = beyond,
            ["\x8b\xff\xff\xff\xff."] = "byte 0: an integer of 4294967295 bytes; 8 are the most",
            ["\x8a\x09000000000."] = "byte 0: an integer of 9 bytes; 8 are the most",
            ["\x95\xff\0\0\0\0\0\0\0N."] = "byte 0: a frame that ends beyond the file",
            ["I1x\n."] = 'byte 0: "1x" is no integer of 64 bits',
            ["L9223372036854775808L\n."] = 'byte 0: "9223372036854775808" is no integer of 64 bits',
            ["F0x1p4\n."] = 'byte 0: "0x1p4" is no number', ["S'a\n."] = "byte 0: no text in quotes",
            ["S'\\q'\n."] = "byte 0: an escape that is not read: \\q",
            ["S'a'b'\n."] = "byte 0: no text in quotes",
            ["V\\U00110000\n."] = "byte 0: no character: 00110000",
        } do
            assert.equal("pickle: " .. reason, complaint(text))
        end
    end)

    it("refuses values that nest too deep, also where parts are shared", function()
        assert.is_truthy(parse(nested(100)))
        assert.is_truthy(complaint(nested(101)):find("values nest deeper than 100", 1, true))
        assert.is_truthy(complaint(nested(900000)):find("values nest deeper than 100", 1, true))
        -- the part is 60 deep; it is found first where it is allowed, then 60 deep
        local part = ("]"):rep(60) .. ("a"):rep(59) .. "q\0"
        assert.is_truthy(parse("](" .. part .. ("]"):rep(39) .. "h\0" .. ("a"):rep(39) .. "e."))
        assert.is_truthy(complaint("](" .. part .. ("]"):rep(40) .. "h\0" .. ("a"):rep(40) .. "e.")
            :find("values nest deeper than 100", 1, true))
    end)

    it("reads shared parts once, however often they are shared", function()
        assert.equal(81, #assert(parse("(]q\0" .. ("](h\0h\0eq\0"):rep(80) .. "l.")))
    end)

    it("refuses more than two million instructions", function()
        local many = ("N"):rep(2000000)
        assert.is_truthy(complaint("(" .. many .. "l."):find("more than 2000000 instructions", 1, true))
    end)

    it("refuses every part of a pickle that is cut off", function()
        for protocol = 0, 5 do
            local text = bytes_of(PYTHON[protocol])
            for n = 0, #text - 1 do complaint(text:sub(1, n)) end
        end
    end)

    it("answers or refuses, whatever byte is changed, in bounded time and memory", function()
        local random, kinds = new_stream(11, "flips"), { 0, 1, 0x28, 0x2e, 0x52, 0x63, 0x7f, 0x80, 0xff }
        local read, refused, start = 0, 0, os.clock()
        collectgarbage()
        local before = collectgarbage "count"
        for protocol = 0, 5 do
            local text = bytes_of(PYTHON[protocol])
            for at = 1, #text do
                kinds[#kinds] = random:int(256) - 1
                for _, byte in ipairs(kinds) do
                    local value, message, code = parse(text:sub(1, at - 1) .. string.char(byte)
                        .. text:sub(at + 1))
                    if value == nil then
                        assert.equal("invalid", code)
                        assert.is_truthy(message:find("^pickle: byte %d+: "), message)
                        refused = refused + 1
                    else
                        read = read + 1
                    end
                end
            end
        end
        collectgarbage()
        assert.is_true(read > 100 and refused > 1000, read .. " " .. refused)
        assert.is_true(collectgarbage "count" - before < 1000)
        assert.is_true(os.clock() - start < 60)
    end)

    it("answers or refuses, whatever instructions come", function()
        local codes = "(.0122FIJKLMNRSTUVXabcdeghjilopqrstu]})G\x80\x81\x85\x86\x87\x88\x89\x8a\x8c\x93\x94"
            .. "\0\1\n'aA"
        local read = 0
        for seed = 1, 4000 do
            local random, parts = new_stream(seed, "instructions"), { "]q\0}q\1" }
            for i = 2, random:int(40) do
                local at = random:int(#codes)
                parts[i] = codes:sub(at, at)
            end
            local text = table.concat(parts)
            for _, ending in ipairs { ".", "l.", "t.", "0." } do
                local value, message, code = parse(text .. ending)
                if value == nil then assert.equal("invalid", code, ("seed %d: %s"):format(seed, message)) end
                if value ~= nil then read = read + 1 end
            end
        end
        assert.is_true(read > 10, read)
    end)

    it("reads files, and says which cannot be read", function()
        local path = os.tmpname()
        writer.write(path, { 1, "x" })
        assert.same({ 1, "x" }, assert(pickle.read(path)))
        assert(io.open(path, "wb")):write("cos\nsystem\n."):close()
        assert.equal(path .. ': byte 0: "os.system" is none of the names that may be read',
            select(2, pickle.read(path)))
        os.remove(path)
        assert.equal("io", select(3, pickle.read(path)))
    end)
end)
