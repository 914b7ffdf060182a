// The views of the report: overview, two tables, and the panel of one event or transfer. The address says what is shown.
"use strict";

const PER_FILE = 500; // panels of one file; etl/report/write.py knows it too
const panels = new Map(); // kind and part -> HTML of its panels
const panel = document.getElementById("panel");
const tables = {};
let back = null; // what gets the focus when the panel closes

window.reportPanels = (kind, part, html) => panels.set(`${kind}-${part}`, html);

function told() {
  return new URLSearchParams(location.hash.slice(1));
}

function viewOf(state) {
  const view = state.get("view") ?? (state.has("transfer") ? "transfers" : state.has("event") ? "events" : "overview");
  return view in tables ? view : "overview";
}

function go(state, { replace = false } = {}) {
  const hash = `#${state}`;
  if (hash === location.hash) return;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  show();
}

function openPanel(kind, id) {
  const state = told();
  if (!state.has("view")) state.set("view", viewOf(state));
  state.delete("event");
  state.delete("transfer");
  state.set(kind, id);
  go(state);
}

function closePanel() {
  const state = told();
  state.set("view", viewOf(state));
  state.delete("event");
  state.delete("transfer");
  go(state);
}

function load(kind, part) {
  if (panels.has(`${kind}-${part}`)) return Promise.resolve();
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `data-${kind}-${part}.js`;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}

async function showPanel(kind, id) {
  const table = tables[`${kind}s`];
  const row = table.placeOfId.get(id);
  const body = panel.querySelector(".panel-body");
  const title = document.getElementById("panel-title");
  if (!panel.open) {
    back = document.activeElement;
    panel.showModal();
  }
  panel.querySelector(".kind").textContent = kind === "event" ? "Event" : "Transfer";
  panel.querySelector(".legend-box").hidden = kind !== "event";
  title.textContent = row === undefined ? `No ${kind} has the identifier ${id}.` : table.heading(row);
  body.replaceChildren();
  panel.dataset.shown = "";
  if (row === undefined) return;
  const part = Math.floor(row / PER_FILE);
  try {
    await load(kind, part);
  } catch {
    body.textContent = `data-${kind}-${part}.js is missing beside this page. Run etl report again, or copy the whole folder.`;
    return;
  }
  if (told().get(kind) !== id) return; // another one was opened meanwhile
  body.innerHTML = panels.get(`${kind}-${part}`)[row % PER_FILE]; // made and escaped by etl/report/details.py
  panel.scrollTop = 0;
  title.focus();
  panel.dataset.shown = `${kind}=${id}`;
}

function show() {
  const state = told();
  const view = viewOf(state);
  for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#view=${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const table = tables[view];
  if (table) {
    const own = new URLSearchParams([...state].filter(([name]) => !["view", "event", "transfer"].includes(name)));
    if (!table.found || String(own) !== table.applied) {
      if (String(own) !== String(table.state())) table.restore(own);
      table.applied = String(own);
      table.update();
    } else if (!panel.open) table.draw();
  }
  const kind = ["event", "transfer"].find((name) => state.has(name));
  if (kind) showPanel(kind, state.get(kind));
  else if (panel.open) {
    panel.close();
    if (table) table.focus(table.at);
    else back?.focus();
  }
}

for (const [name, kind] of [["transfers", "transfer"], ["events", "event"]]) {
  const table = new DataTable(document.getElementById(name), window.reportData[name], kind, openPanel);
  table.onChange = () => {
    const state = new URLSearchParams([["view", name], ...table.state()]);
    go(state, { replace: true });
  };
  tables[name] = table;
}
window.reportTables = tables;

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
document.querySelector("nav").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const view = link.hash.split("=")[1];
  go(new URLSearchParams([["view", view], ...(tables[view]?.state() ?? [])])); // a table keeps what was chosen in it
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPanel(link.dataset.open, link.hash.split("=")[1]);
});
panel.addEventListener("cancel", (event) => {
  event.preventDefault();
  closePanel();
});
panel.addEventListener("click", (event) => {
  if (event.target === panel || event.target.closest(".close")) closePanel();
});
addEventListener("hashchange", show);
addEventListener("popstate", show);
show();
