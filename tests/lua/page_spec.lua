-- SPDX-License-Identifier: GPL-3.0-or-later
-- The HTML page about a store, as text and in a browser.
local fl = require "finlab"

local NASTY = "</script><script>document.title = 'pwned'</script><img src=x onerror=alert(1)> & \"'"

local function browser()
    for _, name in ipairs { "chromium", "chromium-browser", "google-chrome" } do
        if os.execute("command -v " .. name .. " >/dev/null 2>&1") then return name end
    end
end

local function read(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read "a"
    file:close()
    return text
end

local function write(path, text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
end

--- A store with names that try to be HTML, failures and cases without a plan.
local function make_store(path)
    local inst = assert(fl.instance {
        name = NASTY,
        system = {
            nodes = {
                { name = NASTY, speed = 1e10, power = 6 },
                { name = "edge", tier = 1, speed = 1e11, power = 90 },
            },
            links = { { from = NASTY, to = "edge", rate = 1e9 } },
        },
        apps = {
            { name = NASTY, source = NASTY, deadline = 1,
                blocks = { { name = NASTY, ops = 1e7, out_bits = 1e5 }, { ops = 1e7 } },
                exits = { { after = 1, accuracy = 0.5 }, { after = 2, accuracy = 0.9 } } },
        },
    })
    assert(fl.sweep {
        name = NASTY, store = path,
        axes = {
            deadline = { 1e-4, 2e-3, 1, 2 }, accuracy = { 0.1, 0.5, 0.9 }, label = { NASTY, "plain" },
            method = { "exact", "fin", "cheapest", "nobody" },
        },
        case = function(p) return inst:with { deadline = p.deadline, accuracy = p.accuracy } end,
    }:run { progress = false })
    assert(fl.sweep { name = "own", store = path, axes = { a = { 1, 2 } },
        run = function(p) return { b = p.a * 2 } end }:run { progress = false })
    return inst
end

-- What a reader does, and what then must be so.
local ACTIONS = [[
<script>
(function () {
  const faults = window.faults, rows = document.getElementById("rows-1");
  function check(what, truth) { if (!truth) faults.push(what); }
  function headings() { return Array.from(rows.querySelectorAll("thead th")); }
  function column(title) { return headings().findIndex(h => h.textContent === title); }
  function cells(title) {
    const at = column(title);
    return Array.from(rows.querySelectorAll("tbody tr"), line => line.children[at].textContent);
  }
  function click(title) { headings()[column(title)].querySelector("button").click(); }
  function filter(text) {
    const search = rows.querySelector("input");
    search.value = text;
    search.dispatchEvent(new Event("input"));
    return rows.querySelector(".count").textContent;
  }
  function ordered(texts, direction) {
    const numbers = texts.filter(t => t !== "").map(Number);
    return texts.slice(0, numbers.length).every(t => t !== "") && numbers.length > 9 &&
      numbers.every((n, i) => i === 0 || direction * (n - numbers[i - 1]) >= 0);
  }
  check("all rows", rows.querySelector(".count").textContent === "96 rows" && cells("method").length === 96);
  click("energy (J)");
  check("ascending", ordered(cells("energy (J)"), 1));
  check("aria ascending", headings()[column("energy (J)")].getAttribute("aria-sort") === "ascending");
  click("energy (J)");
  check("descending", ordered(cells("energy (J)"), -1));
  check("aria descending", headings()[column("energy (J)")].getAttribute("aria-sort") === "descending");
  click("method");
  check("text ascending", cells("method")[0] === "cheapest" && cells("method")[95] === "nobody");
  check("one is sorted", rows.querySelectorAll('[aria-sort="ascending"]').length === 1);
  check("filter by a word", filter("PLAIN") === "48 of 96 rows" &&
    cells("label").every(l => l === "plain"));
  check("filter by a field", filter("method=FIN") === "24 of 96 rows");
  filter("energy<0.01 method=exact");
  check("filter by a number", cells("energy (J)").length > 0 && cells("energy (J)").length < 24 &&
    cells("energy (J)").every(e => e !== "" && Number(e) < 0.01));
  check("filter to nothing", filter("nothing like") === "0 of 96 rows" && cells("method").length === 0);
  filter("");
  const select = Array.from(rows.querySelectorAll("select")).find(s => s.dataset.key === "method");
  select.value = "2";
  select.dispatchEvent(new Event("change"));
  check("choice", cells("method").length === 24 && new Set(cells("method")).size === 1);
  select.value = "";
  select.dispatchEvent(new Event("change"));
  check("choice undone", cells("method").length === 96);
  check("no foreign title", document.title !== "pwned");
  check("no foreign elements", document.querySelectorAll("[onerror], img[src=x]").length === 0);
  check("no foreign scripts", document.querySelectorAll("script:not(.data)").length === 3);
  check("the window's width", document.documentElement.clientWidth === window.WIDTH);
  check("fits the window", document.documentElement.scrollWidth <= window.WIDTH);
  for (const image of document.images) check("image", image.complete && image.naturalWidth > 0);
  window.parent.postMessage(faults.length ? faults.join("; ") : "fine", "*");
})();
</script>
</body>]]

-- Chromium's own window does not get as narrow as a telephone's.
local FRAME = [[<!DOCTYPE html><title>frame</title>
<script>
window.onmessage = event => { document.getElementById("verdict").textContent = event.data; };
</script>
<pre id="verdict">nothing</pre><iframe src="test.html" style="border: 0" width="%d" height="900"></iframe>]]

local BROWSE = "env -u LD_PRELOAD HOME=%s timeout 60 %s --headless --no-sandbox --disable-gpu "
    .. "--hide-scrollbars --user-data-dir=%s/profile --window-size=1700,1000 --enable-logging=stderr "
    .. "--virtual-time-budget=3000 --dump-dom file://%s 2>%s"

local WATCH = [[<script>window.WIDTH = %d; window.faults = [];
window.onerror = message => { window.faults.push("error: " .concat(message)); };
document.addEventListener("securitypolicyviolation",
  event => window.faults.push("blocked: ".concat(event.blockedURI)));
</script>]]

describe("fl.page", function()
    local folder, path, inst, html

    setup(function()
        folder = os.tmpname()
        os.remove(folder)
        path = folder .. "/store.db"
        inst = make_store(path)
        html = assert(fl.page(path, { instances = { inst }, command = NASTY })):html()
    end)

    teardown(function() os.execute("rm -rf " .. folder) end)

    it("holds what the data says as text only", function()
        assert.is_nil(html:find("<script>document", 1, true))
        assert.is_nil(html:find("<img src=x", 1, true))
        assert.is_truthy(html:find("&lt;img src=x", 1, true))
        assert.is_truthy(html:find("\\u003c/script", 1, true))
    end)

    it("loads nothing", function()
        for address in html:gmatch "%a+://[^\"'%s]*" do
            assert.equal("http://www.w3.org/2000/svg", address)
        end
        assert.is_truthy(html:find("default-src 'none'", 1, true))
        for source in html:gmatch 'src="([^"]*)"' do assert.matches("^data:image/svg%+xml,", source) end
        assert.is_nil(html:find("<link", 1, true))
    end)

    it("counts what is in the store", function()
        for _, part in ipairs {
            "<dt>rows</dt><dd>96</dd>", "<dt>failed</dt><dd>24</dd>",
            '<th scope="row">exact</th>\n<td>24</td>\n<td>22</td>\n<td>22</td>\n<td>2</td>',
            "<dt>page made by</dt><dd>finlab " .. fl.version,
        } do
            assert.is_truthy(html:find(part, 1, true), part)
        end
    end)

    it("draws plans with costs where it has their instance, and without elsewhere", function()
        assert.is_truthy(html:find('class="picture"', 1, true))
        assert.is_nil(html:find('class="sketch"', 1, true))
        local bare = assert(fl.page(path)):html()
        assert.is_truthy(bare:find('class="sketch"', 1, true))
        assert.is_nil(bare:find('class="picture"', 1, true))
    end)

    it("says so when there is no gnuplot", function()
        local execute = os.execute
        os.execute = function() return nil end -- luacheck: ignore 122
        local done, text = pcall(function() return fl.page(path):html() end)
        os.execute = execute -- luacheck: ignore 122
        assert.is_true(done, text)
        assert.is_nil(text:find("<img", 1, true))
        assert.is_truthy(text:find("There are no plots: gnuplot", 1, true))
    end)

    it("is written by finlab report", function()
        local out = folder .. "/page.html"
        local command = ("'%s' report %s -o %s --title 'a <b> c'"):format(os.getenv "FINLAB", path, out)
        assert(os.execute(command))
        assert.is_truthy(read(out):find("<title>a &lt;b&gt; c</title>", 1, true))
        assert.is_truthy(read(out):find("<dt>command</dt><dd>finlab report ", 1, true))
    end)

    it("says what is wrong", function()
        assert.equal("io", select(3, fl.page("/nowhere/x.db")))
        assert.equal("invalid", select(3, fl.page(path):write "x.pdf"))
        assert.has_error(function() fl.page() end)
    end)

    for _, width in ipairs { 400, 1600 } do
        it("is sorted, filtered and fits in a browser " .. width .. " pixels wide", function()
            local program = browser()
            if not program then return pending("no Chromium is installed") end
            local page, frame, log = folder .. "/test.html", folder .. "/frame.html", folder .. "/log"
            local watched = html:gsub("<title>", function() return WATCH:format(width) .. "<title>" end, 1)
            write(page, (watched:gsub("</body>", function() return ACTIONS end, 1)))
            write(frame, FRAME:format(width))
            local dom = io.popen(BROWSE:format(folder, program, folder, frame, log))
            local text = dom:read "a"
            dom:close()
            assert.equal("fine", text:match '<pre id="verdict">(.-)</pre>' or read(log))
            assert.is_nil(read(log):match "[^\n]*CONSOLE[^\n]*")
        end)
    end
end)
