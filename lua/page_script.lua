-- SPDX-License-Identifier: GPL-3.0-or-later
-- The script of page.lua: makes each .rows a table of the JSON after it, to be sorted and filtered. Data gets
-- into the page as textContent only.

return [==[
"use strict";
(function () {
  const STEP = 200, MOST_CHOICES = 12;

  function element(name, attributes, text) {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function shown(value) {
    if (value === undefined || value === null) return "";
    if (typeof value !== "number") return String(value);
    return String(Number(value.toPrecision(6)));
  }

  /* What is absent last, numbers before text, whatever the direction. */
  function compare(a, b, direction) {
    const none = (a === undefined) - (b === undefined);
    if (none) return none;
    if (typeof a === "number" && typeof b === "number") return direction * (a - b);
    if (typeof a === "number" || typeof b === "number") return direction * (typeof a === "number" ? -1 : 1);
    return direction * String(a).localeCompare(String(b), undefined, { numeric: true });
  }

  /* A word of the filter: name<number and its like, name=text, or text anywhere in the row. */
  function condition(word, columns) {
    const parts = word.match(/^([^<>=]+)(<=|>=|<|>|=)(.*)$/);
    const column = parts && columns.find(c => c.key.toLowerCase() === parts[1].toLowerCase());
    if (!column) return row => row.text.includes(word.toLowerCase());
    const key = column.key, wanted = parts[3], number = Number(wanted);
    if (wanted !== "" && !isNaN(number)) {
      const tests = { "<": x => x < number, ">": x => x > number, "<=": x => x <= number,
        ">=": x => x >= number, "=": x => x === number || shown(x) === shown(number) };
      return row => typeof row.cells[key] === "number" && tests[parts[2]](row.cells[key]);
    }
    if (parts[2] !== "=") return () => false;
    return row => shown(row.cells[key]).toLowerCase() === wanted.toLowerCase();
  }

  function choicesOf(rows, key) {
    const values = new Set();
    for (const row of rows) {
      const value = row.cells[key];
      if (typeof value === "number") return [];
      if (value !== undefined) values.add(String(value));
      if (values.size > MOST_CHOICES) return [];
    }
    return values.size > 1 ? Array.from(values).sort() : [];
  }

  function build(place) {
    const data = JSON.parse(place.parentNode.querySelector("script.data").textContent);
    const columns = data.columns, rows = data.rows.map((cells, position) => ({ cells, position,
      text: columns.map(c => shown(cells[c.key])).join("\n").toLowerCase() }));
    const isText = columns.map(c => rows.some(r => typeof r.cells[c.key] === "string"));
    const state = { key: null, direction: 1, limit: STEP, choices: {} };

    const tools = element("div", { class: "tools" });
    const search = element("input", { type: "search", placeholder: "fin energy<0.1 status=optimal" });
    const label = element("label", {}, "filter");
    label.append(search);
    tools.append(label);
    for (const column of columns) {
      const choices = choicesOf(rows, column.key);
      if (choices.length === 0) continue;
      const select = element("select", { "data-key": column.key });
      select.append(element("option", { value: "" }, "all"));
      choices.forEach((choice, i) => select.append(element("option", { value: i + 1 }, choice)));
      select.addEventListener("change", () => {
        state.choices[column.key] = choices[select.value - 1];
        draw();
      });
      const named = element("label", {}, column.title);
      named.append(select);
      tools.append(named);
    }
    const count = element("span", { class: "count", role: "status" });
    tools.append(count);

    const table = element("table", {}), head = element("tr", {}), body = element("tbody", {});
    const headings = columns.map((column, i) => {
      const heading = element("th", { scope: "col", "aria-sort": "none", class: isText[i] ? "text" : "" });
      const button = element("button", { type: "button" }, column.title);
      button.addEventListener("click", () => {
        state.direction = state.key === column.key ? -state.direction : 1;
        state.key = column.key;
        draw();
      });
      heading.append(button);
      head.append(heading);
      return heading;
    });
    const top = element("thead", {}), scroll = element("div", { class: "scroll", tabindex: "0" });
    top.append(head);
    table.append(top, body);
    scroll.append(table);
    const more = element("button", { class: "more", type: "button" });
    more.addEventListener("click", () => { state.limit *= 5; draw(); });
    search.addEventListener("input", () => draw());
    place.append(tools, scroll, more);

    function selected() {
      const conditions = search.value.trim().split(/\s+/).filter(Boolean).map(w => condition(w, columns));
      const wanted = Object.entries(state.choices).filter(([, value]) => value !== undefined);
      const found = rows.filter(row => conditions.every(c => c(row)) &&
        wanted.every(([key, value]) => String(row.cells[key]) === value));
      if (state.key !== null) {
        found.sort((a, b) => compare(a.cells[state.key], b.cells[state.key], state.direction)
          || a.position - b.position);
      }
      return found;
    }

    function draw() {
      const found = selected(), lines = document.createDocumentFragment();
      for (const row of found.slice(0, state.limit)) {
        const line = element("tr", {});
        columns.forEach((column, i) => {
          const text = shown(row.cells[column.key]);
          const cell = element("td", isText[i] ? { class: "text" } : {}, text);
          if (text !== "") cell.title = String(row.cells[column.key]);
          line.append(cell);
        });
        lines.append(line);
      }
      body.replaceChildren(lines);
      headings.forEach((heading, i) => heading.setAttribute("aria-sort",
        columns[i].key !== state.key ? "none" : state.direction > 0 ? "ascending" : "descending"));
      count.textContent = found.length === rows.length ? rows.length + " rows"
        : found.length + " of " + rows.length + " rows";
      more.hidden = found.length <= state.limit;
      more.textContent = "show more: " + state.limit + " of " + found.length + " are shown";
    }

    draw();
  }

  document.querySelectorAll(".rows").forEach(build);
})();
]==]
