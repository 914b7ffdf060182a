// A table that shows a few dozen of its rows, those in sight, and filters and sorts all of them.
// Each column is the ordered list of its values and, for each row, a place in that list: to sort is to compare places.
"use strict";

const ROW = 40; // height of a row in pixels; style.css knows it too
const SPARE = 8; // rows drawn above and below those in sight

function fold(text) {
  const lower = text.toLowerCase();
  return /^[\x00-\x7f]*$/.test(lower) ? lower : lower.normalize("NFD").replace(/\p{M}/gu, "");
}

class DataTable {
  constructor(section, data, kind, open) {
    this.section = section;
    this.kind = kind;
    this.open = open;
    this.ids = data.ids;
    this.columns = data.columns.map((column) => ({ ...column, codes: Int32Array.from(column.codes), folded: null }));
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
    this.shown = this.columns.filter((column) => column.width > 0);
    this.placeOfId = new Map(this.ids.map((id, row) => [id, row]));
    this.box = section.querySelector(".rows");
    this.body = section.querySelector("tbody");
    this.form = section.querySelector("form");
    this.count = section.querySelector(".count");
    this.order = null; // all rows, sorted
    this.found = null; // rows of the view, sorted
    this.at = 0; // the row of the view that has the focus
    this.sort = { name: null, down: false };
    this.drawHead();
    this.fillLists();
    this.form.querySelector("details").open = innerWidth > 1000;
    this.listen();
  }

  value(row, name) {
    const column = this.byName.get(name);
    const code = column.codes[row];
    return code < 0 ? "" : column.levels[code];
  }

  // "France → India: Rafale", the name of a row
  heading(row) {
    return `${this.value(row, "supplier")} → ${this.value(row, "recipient")}: ${this.value(row, "system")}`;
  }

  drawHead() {
    const table = this.section.querySelector("table");
    const columns = document.createElement("colgroup");
    const line = document.createElement("tr");
    for (const column of this.shown) {
      const width = document.createElement("col");
      width.style.width = `${column.width}ch`;
      columns.append(width);
      const head = document.createElement("th");
      head.scope = "col";
      head.dataset.column = column.name;
      if (column.kind === "number") head.className = "number";
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = column.label;
      head.append(button);
      line.append(head);
    }
    line.setAttribute("aria-rowindex", "1");
    table.style.width = `max(100%, ${this.shown.reduce((sum, column) => sum + column.width, 0)}ch)`;
    table.prepend(columns);
    table.tHead.append(line);
  }

  fillLists() {
    for (const list of this.form.querySelectorAll("select")) {
      for (const level of this.byName.get(list.name).levels) list.append(new Option(level, level));
    }
  }

  listen() {
    let waiting = 0;
    const changed = (pause) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.onChange?.(), pause);
    };
    this.form.addEventListener("input", (event) => changed(event.target.type === "search" ? 120 : 0));
    this.form.addEventListener("reset", () => changed(0));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.section.querySelector("thead").addEventListener("click", (event) => {
      const head = event.target.closest("th");
      if (!head) return;
      const name = head.dataset.column;
      this.sort = { name, down: this.sort.name === name && !this.sort.down };
      this.onChange?.();
    });
    let drawing = 0;
    this.box.addEventListener("scroll", () => {
      drawing ||= requestAnimationFrame(() => {
        drawing = 0;
        this.draw();
      });
    });
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-at]");
      if (!row || event.ctrlKey || event.metaKey || event.shiftKey || getSelection().toString()) return;
      event.preventDefault();
      this.at = Number(row.dataset.at);
      this.open(this.kind, this.ids[this.found[this.at]]);
    });
    this.body.addEventListener("focusin", (event) => {
      const row = event.target.closest("tr[data-at]");
      if (row) this.at = Number(row.dataset.at);
    });
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    addEventListener("resize", () => this.draw());
  }

  onKey(event) {
    if (event.target.closest("thead") || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW) - 2);
    const inRow = event.target.closest("tr[data-at]");
    const steps = { ArrowDown: inRow ? 1 : 0, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.focus(this.at + steps[event.key]);
  }

  focus(at) {
    if (!this.found.length) return;
    this.at = Math.max(0, Math.min(this.found.length - 1, at));
    const top = this.at * ROW;
    const room = this.box.clientHeight - 2 * ROW;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top > this.box.scrollTop + room) this.box.scrollTop = top - room;
    this.draw();
    this.body.querySelector(`tr[data-at="${this.at}"] a`)?.focus({ preventScroll: true });
  }

  // What the form and the heads of columns say, as it stands in the address.
  state() {
    const told = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) if (value.trim()) told.set(name, value.trim());
    if (this.sort.name) told.set("sort", (this.sort.down ? "-" : "") + this.sort.name);
    return told;
  }

  restore(told) {
    for (const field of this.form.elements) {
      if (!field.name) continue;
      field.value = told.get(field.name) ?? "";
      if (field.selectedIndex === -1) field.value = "";
    }
    const sort = told.get("sort") ?? "";
    const name = sort.replace(/^-/, "");
    this.sort = this.byName.has(name) ? { name, down: sort.startsWith("-") } : { name: null, down: false };
    const filtered = [...this.form.elements].some((field) => field.name && field.name !== "q" && field.value);
    if (filtered) this.form.querySelector("details").open = true;
  }

  // Sort all rows by the places of one column: counted, not compared; rows that tell nothing come last.
  sorted() {
    const rows = this.ids.length;
    const order = new Int32Array(rows);
    const column = this.byName.get(this.sort.name);
    if (!column) {
      for (let row = 0; row < rows; row += 1) order[row] = row;
      return order;
    }
    const levels = column.levels.length;
    const key = (code) => (code < 0 ? levels : this.sort.down ? levels - 1 - code : code);
    const starts = new Int32Array(levels + 2);
    for (let row = 0; row < rows; row += 1) starts[key(column.codes[row]) + 1] += 1;
    for (let at = 1; at < starts.length; at += 1) starts[at] += starts[at - 1];
    for (let row = 0; row < rows; row += 1) order[starts[key(column.codes[row])]++] = row;
    return order;
  }

  // One byte for each row: 1 where it passes all filters and holds all words that are searched.
  kept(told) {
    const rows = this.ids.length;
    const keep = new Uint8Array(rows).fill(1);
    for (const column of this.columns) {
      if (column.kind !== "code" || !told.has(column.name)) continue;
      const wanted = column.levels.indexOf(told.get(column.name));
      for (let row = 0; row < rows; row += 1) if (column.codes[row] !== wanted) keep[row] = 0;
    }
    if (told.has("from") || told.has("to")) {
      const { codes, levels } = this.byName.get("year");
      const from = Number(told.get("from") ?? 0);
      const to = Number(told.get("to") ?? 9999);
      const fits = levels.map((year) => Number(year) >= from && Number(year) <= to);
      for (let row = 0; row < rows; row += 1) if (codes[row] < 0 || !fits[codes[row]]) keep[row] = 0;
    }
    for (const word of fold(told.get("q") ?? "").split(/\s+/).filter(Boolean)) {
      const hit = new Uint8Array(rows);
      for (const column of this.columns) {
        column.folded ??= column.levels.map(fold);
        const has = Uint8Array.from(column.folded, (level) => level.includes(word));
        for (let row = 0; row < rows; row += 1) if (column.codes[row] >= 0 && has[column.codes[row]]) hit[row] = 1;
      }
      for (let row = 0; row < rows; row += 1) keep[row] &= hit[row];
    }
    return keep;
  }

  update() {
    const keep = this.kept(this.state());
    this.found = this.sorted().filter((row) => keep[row]);
    this.at = Math.min(this.at, Math.max(0, this.found.length - 1));
    this.box.scrollTop = 0;
    this.at = 0;
    const all = this.ids.length.toLocaleString("en");
    const found = this.found.length.toLocaleString("en");
    this.count.textContent = found === all ? `${all} rows` : `${found} of ${all} rows`;
    for (const head of this.section.querySelectorAll("th")) {
      const is = head.dataset.column === this.sort.name;
      if (is) head.setAttribute("aria-sort", this.sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.section.querySelector("table").setAttribute("aria-rowcount", String(this.found.length + 1));
    this.draw();
  }

  draw() {
    if (!this.found || this.section.hidden) return;
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - SPARE);
    const last = Math.min(this.found.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW) + SPARE);
    const focused = this.body.contains(document.activeElement);
    const lines = [this.space(first)];
    for (let at = first; at < last; at += 1) lines.push(this.line(at));
    lines.push(this.space(this.found.length - last));
    this.body.replaceChildren(...lines);
    if (focused) (this.body.querySelector(`tr[data-at="${this.at}"] a`) ?? this.box).focus({ preventScroll: true });
  }

  space(rows) {
    const line = document.createElement("tr");
    line.className = "space";
    line.setAttribute("aria-hidden", "true");
    line.style.height = `${rows * ROW}px`;
    line.hidden = rows === 0;
    return line;
  }

  line(at) {
    const row = this.found[at];
    const line = document.createElement("tr");
    line.dataset.at = String(at);
    line.setAttribute("aria-rowindex", String(at + 2));
    for (const [place, column] of this.shown.entries()) {
      const cell = document.createElement("td");
      const told = this.value(row, column.name);
      if (column.kind === "number") cell.className = "number";
      if (place) {
        cell.textContent = told;
        cell.title = told;
      } else {
        const link = document.createElement("a");
        link.href = `#${this.kind}=${this.ids[row]}`;
        link.textContent = told;
        link.setAttribute("aria-label", `${this.heading(row)}, ${this.value(row, "status")}`);
        link.tabIndex = at === this.at ? 0 : -1;
        cell.append(link);
      }
      line.append(cell);
    }
    return line;
  }
}
