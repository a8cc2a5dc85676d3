-- SPDX-License-Identifier: GPL-3.0-or-later
-- The style sheet of page.lua. Readable from 320 to 2,000 pixels: what is wider than its place scrolls there.

return [[
:root { color-scheme: light; --ink: #1d2329; --quiet: #5b6670; --line: #d9dee3; --accent: #005a8c;
  --soft: #f4f6f8 }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: var(--ink);
  background: #fff }
header, main { max-width: 1520px; margin: 0 auto; padding: 0 16px }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 24px 0 8px; overflow-wrap: anywhere }
h2 { font-size: 1.35rem; margin: 28px 0 12px; padding-top: 16px; border-top: 3px solid var(--accent);
  overflow-wrap: anywhere }
h3 { font-size: 1.05rem; margin: 24px 0 8px }
.note { color: var(--quiet); font-size: .88rem; margin: 6px 0; max-width: 75ch }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px; margin: 0 }
.cards div { background: var(--soft); border-radius: 8px; padding: 10px 14px }
.cards dt { color: var(--quiet); font-size: .82rem }
.cards dd { margin: 0; font-size: 1.35rem; font-weight: 600 }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; font-size: .92rem }
.facts dt { color: var(--quiet) }
.facts dd { margin: 0; overflow-wrap: anywhere }
.scroll { overflow-x: auto; max-width: 100% }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 620px), 1fr)); gap: 20px }
figure { margin: 0; min-width: 0; border: 1px solid var(--line); border-radius: 8px; padding: 12px }
figcaption { font-weight: 600; font-size: .92rem; margin-bottom: 6px; overflow-wrap: anywhere }
figure img { display: block; width: 100%; height: auto }
figure svg { display: block; height: auto; max-width: none }
figure svg.picture { max-width: max(100%, 620px) }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th[scope=row], td.text, th.text { text-align: left }
td.text { max-width: 420px; overflow: hidden; text-overflow: ellipsis }
thead th { background: var(--soft); vertical-align: bottom }
.methods thead th { white-space: normal; min-width: 78px }
.methods thead th:first-child { text-align: left }
tbody tr:hover { background: #eef5fa }
thead button { all: unset; cursor: pointer; font-weight: 600; display: block; width: 100% }
thead button:focus-visible, input:focus-visible, select:focus-visible, .more:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px }
th[aria-sort=ascending] button::after { content: " \25B2"; color: var(--accent) }
th[aria-sort=descending] button::after { content: " \25BC"; color: var(--accent) }
.tools { display: flex; flex-wrap: wrap; gap: 10px; align-items: end; margin-bottom: 10px }
.tools label { font-size: .82rem; color: var(--quiet); display: flex; flex-direction: column; gap: 2px;
  max-width: 100% }
.tools input, .tools select { font: inherit; font-size: .92rem; padding: 5px 8px; border: 1px solid #9aa5af;
  border-radius: 6px; background: #fff; color: var(--ink); max-width: 100% }
.tools input { width: 260px }
.count { font-size: .88rem; color: var(--quiet); margin-left: auto }
.rows .scroll { max-height: 70vh; overflow: auto; border: 1px solid var(--line); border-radius: 8px }
.rows thead th { position: sticky; top: 0 }
.more { font: inherit; margin: 10px 0; padding: 6px 14px; border: 1px solid var(--accent); border-radius: 6px;
  background: #fff; color: var(--accent); cursor: pointer }
@media print { .tools, .more { display: none } .rows .scroll { max-height: none } }
]]
