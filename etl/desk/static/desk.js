// The page of the review desk. All words of articles reach the page as text; the one piece of HTML, the marked
// article, is escaped by the server.
"use strict";

const at = (id) => document.getElementById(id);
const token = document.querySelector('meta[name="desk-token"]').content;
const state = { rows: [], row: null, action: null, allReasons: {}, reasons: [], names: {}, asked: 0, opened: 0 };
const MOST_NAMES = 40;
history.replaceState(null, "", "/"); // the secret leaves the address bar

function make(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

async function ask(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Desk-Token": token },
    body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(path, options || {});
  } catch {
    throw new Error("the desk has ended. Start `etl review` again.");
  }
  if (answer.status === 403) throw new Error("this page belongs to a desk that has ended. Open the new address.");
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

function say(text, isError = false) {
  at("message").textContent = text;
  at("message").classList.toggle("error", isError);
}

function guarded(work) {
  return async (...given) => {
    try {
      await work(...given);
    } catch (error) {
      say(error.message, true);
    }
  };
}

// The queue

async function loadQueue() {
  const wanted = new URLSearchParams(new FormData(at("filters")));
  const number = (state.asked += 1);
  const told = await ask(`/api/queue?${wanted}`);
  if (number !== state.asked) return false; // a later question is on its way, and what it finds is shown
  state.rows = told.rows;
  at("progress").textContent = `${told.open} of ${told.all} rows are open`;
  at("queue").replaceChildren(...told.rows.map(queueItem));
  const left = told.shown - told.rows.length;
  at("more").textContent = left > 0 ? `and ${left} more, which follow as these are decided` : "";
  markCurrent();
  return true;
}

function queueItem(row) {
  const item = make("li");
  const button = make("button", "", { type: "button", "data-event": row.event_id });
  button.append(make("span", `${row.supplier} → ${row.recipient}`, { class: "parties" }));
  button.append(make("span", `${row.system}, ${row.status}`));
  const done = row.dropped ? "rejected" : row.decision && { accept: "accepted", correct: "corrected", reject: "rejected" }[row.decision];
  button.append(make("span", done || row.reasons.join("; ") || "no doubt but its confidence", { class: "hint" }));
  button.addEventListener("click", guarded(() => open(row.event_id)));
  item.append(button);
  return item;
}

function markCurrent() {
  for (const button of at("queue").querySelectorAll("button")) {
    const isCurrent = state.row && button.dataset.event === state.row.event_id;
    button.toggleAttribute("aria-current", Boolean(isCurrent));
    if (isCurrent && !narrow.matches) button.scrollIntoView({ block: "nearest" });
  }
}

const place = () => state.rows.findIndex((row) => state.row && row.event_id === state.row.event_id);

async function step(by) {
  if (!state.rows.length) return showEmpty();
  const to = Math.min(Math.max(place() + by, 0), state.rows.length - 1);
  await open(state.rows[to].event_id);
}

function showEmpty() {
  state.opened += 1; // a row that is still on its way is not wanted any more
  state.row = null;
  at("row").hidden = at("side").hidden = true;
  at("empty").hidden = false;
}

// One row

async function open(eventId) {
  const number = (state.opened += 1);
  const row = await ask(`/api/row?event_id=${encodeURIComponent(eventId)}`);
  if (number !== state.opened) return; // another row was opened since: an answer that is late does not take its place
  state.row = row;
  at("empty").hidden = true;
  at("row").hidden = at("side").hidden = false;
  at("row-title").textContent = `${row.supplier} → ${row.recipient}: ${row.system}`;
  at("row-state").textContent = `${row.status}, ${row.assertion}` + decisionOf(row);
  at("doubts").replaceChildren(...row.reasons.map((reason) => make("li", reason)));
  at("title").textContent = row.title;
  const where = [row.publisher, row.published, row.source].filter(Boolean).join(", ");
  at("source").replaceChildren(`${where}; told ${row.n_mentions === 1 ? "once" : row.n_mentions + " times"}. `);
  if (/^https?:\/\//.test(row.url || "")) {
    at("source").append(make("a", "The page it came from", { href: row.url, rel: "noopener noreferrer", target: "_blank" }));
  }
  at("text").innerHTML = row.html; // escaped by etl.show.evidence
  at("inputs").replaceChildren(...row.fields.map(fieldOf));
  at("transfer").replaceChildren(...transferOf(row));
  markCurrent();
  const quote = at("quote");
  at("text").scrollTop = quote ? quote.offsetTop - 60 : 0;
}

function decisionOf(row) {
  if (row.dropped) return "; rejected";
  const { decision, who, when } = row.decision || {};
  return decision ? `; ${decision} by ${who} on ${when}` : "";
}

function fieldOf(field) {
  const line = make("div", "", { class: "field" });
  line.append(make("label", field.label, { for: `field-${field.name}`, title: field.help }));
  let input;
  if (field.kind === "code") {
    input = make("select");
    for (const option of field.options) input.append(make("option", option.code, { value: option.code, title: option.description || "" }));
  } else {
    input = make("input", "", { maxlength: "80" });
    if (field.kind === "party" || field.kind === "system") {
      input.setAttribute("list", `${field.kind}-names`);
      input.addEventListener("input", () => suggest(field.kind, input.value));
    }
    if (field.kind === "integer") input.inputMode = "numeric";
    if (field.kind === "number") input.inputMode = "decimal";
  }
  input.id = `field-${field.name}`;
  input.name = field.name;
  input.value = field.value;
  line.append(input);
  if (state.row.names[field.name]) line.append(make("span", state.row.names[field.name], { class: "hint" }));
  input.addEventListener("input", () => line.classList.toggle("changed", input.value !== field.value));
  return line;
}

// Of some thousand names the list holds those alone that fit what was typed.
function suggest(kind, typed) {
  const wanted = typed.trim().toLowerCase();
  const fits = wanted ? state.names[kind].filter(([id, name]) => `${id} ${name}`.toLowerCase().includes(wanted)) : [];
  at(`${kind}-names`).replaceChildren(...fits.slice(0, MOST_NAMES).map(([id, name]) => make("option", name, { value: id })));
}

function transferOf(row) {
  if (!row.transfer) return [];
  const { events, transfer_id: own } = row.transfer;
  const list = make("ul");
  for (const event of events) list.append(make("li", eventLine(event) + (event.event_id === row.event_id ? " (this row)" : "")));
  const title = events.length > 1 ? `One transfer of ${events.length} events` : "A transfer of this event alone";
  return [make("h3", title), make("p", own, { class: "hint" }), list];
}

const eventLine = (event) => `${event.date} ${event.status}: ${event.system}, ${event.source}`;

// Decisions

function changes() {
  const found = {};
  for (const field of state.row.fields) {
    const value = at(`field-${field.name}`).value;
    if (value !== field.value) found[field.name] = value;
  }
  return found;
}

async function decide(action, more = {}) {
  const before = place();
  const { event_id, version } = state.row;
  await ask("/api/decide", { event_id, version, action, changes: {}, why: "", ...more });
  at("why").close();
  await loadQueue();
  await follow(action, event_id, before);
  say({ accept: "accepted", correct: "corrected", reject: "rejected", split: "split", join: "joined" }[action]);
}

// After a decision about a row the next one is opened; after one about its transfer the row itself is still to be decided.
async function follow(action, eventId, before) {
  if (action === "split" || action === "join") return open(eventId);
  if (!state.rows.length) return showEmpty();
  const isThere = state.rows[before] && state.rows[before].event_id === eventId;
  await open(state.rows[Math.min(isThere ? before + 1 : Math.max(before, 0), state.rows.length - 1)].event_id);
}

async function undo() {
  const { event_id } = await ask("/api/undo", {});
  await loadQueue();
  await open(event_id);
  say("the last decision is taken back");
}

function askWhy(action) {
  state.action = action;
  const titles = { correct: "Correct the row", reject: "Reject: it is no event", split: "Split the transfer", join: "Join with another transfer" };
  at("why-title").textContent = titles[action];
  const told = action === "correct" ? Object.entries(changes()).map(changeLine) : [];
  at("changes").replaceChildren(...told);
  at("choice").replaceChildren(...(action === "split" ? splitChoice() : action === "join" ? joinChoice() : []));
  state.reasons = state.allReasons[action];
  at("reasons").replaceChildren(...state.reasons.map(reasonItem));
  at("reason").value = "";
  at("why-error").textContent = "";
  at("why").showModal();
  (at("choice").querySelector("input, select") || at("reason")).focus();
}

function chooseReason(reason) {
  at("reason").value = reason;
  at("reason").focus();
}

function reasonItem(reason) {
  const item = make("li");
  const button = make("button", reason, { type: "button" });
  button.addEventListener("click", () => chooseReason(reason));
  item.append(button);
  return item;
}

function changeLine([name, value]) {
  const field = state.row.fields.find((item) => item.name === name);
  return make("p", `${field.label}: ${field.value || "none"} → ${value || "none"}`);
}

function splitChoice() {
  const box = make("fieldset");
  box.append(make("legend", "These become a transfer of their own:"));
  for (const event of state.row.transfer.events) {
    const label = make("label", "", { class: "check" });
    const input = make("input", "", { type: "checkbox", name: "apart", value: event.event_id });
    input.checked = event.event_id === state.row.event_id;
    label.append(input, ` ${eventLine(event)}`);
    box.append(label);
  }
  return [box];
}

function joinChoice() {
  const label = make("label", "The other transfer ");
  const select = make("select", "", { name: "other" });
  for (const other of state.row.others) {
    const text = `${other.system}, ${other.status}, ${other.events.length} events, first told ${other.first_report || "on no known day"}`;
    select.append(make("option", text, { value: other.transfer_id }));
  }
  label.append(select);
  return [label];
}

function chosen() {
  const form = at("why-form");
  if (state.action === "correct") return { changes: changes() };
  if (state.action === "split") return { events: [...form.querySelectorAll("[name=apart]:checked")].map((input) => input.value) };
  if (state.action === "join") return { transfer: form.elements.other.value };
  return {};
}

function needsName() {
  if (at("who").value.trim()) return false;
  say("enter your name first: it stands beside each decision", true);
  at("who").focus();
  return true;
}

function refusal(action) {
  const { row } = state;
  if (row.dropped && action !== "undo") return "the row is rejected already";
  if (action === "correct" && !Object.keys(changes()).length) return "nothing is changed yet";
  if (action === "split" && (!row.transfer || row.transfer.events.length < 2)) return "the transfer has one event alone, which cannot be split";
  if (action === "join" && !row.others.length) return "there is no other transfer between these two";
  return "";
}

async function act(action) {
  say("");
  if (action === "undo") return undo();
  if (action === "next") return step(1);
  if (action === "previous") return step(-1);
  if (!state.row) return say("there is no row to decide about", true);
  if (needsName()) return;
  if (action === "correct" && !Object.keys(changes()).length) return at("field-supplier_id").focus();
  const reason = refusal(action);
  if (reason) return say(reason, true);
  if (action === "accept") {
    if (Object.keys(changes()).length) return say("fields are changed: save the correction, or press n and p to leave it", true);
    return decide("accept");
  }
  askWhy(action);
}

const KEYS = { a: "accept", c: "correct", x: "reject", s: "split", j: "join", u: "undo", n: "next", p: "previous" };

document.addEventListener("keydown", guarded(async (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (at("why").open) {
    const number = Number(event.key);
    const isWriting = typing && typing.value && typing.id === "reason";
    if (number >= 1 && number <= state.reasons.length && !isWriting) {
      event.preventDefault();
      chooseReason(state.reasons[number - 1]);
    }
    return;
  }
  if (at("help").open) return;
  if (typing) {
    if (event.key === "Escape") typing.blur();
    if (event.key === "Enter" && typing.tagName === "SELECT" && typing.form === at("fields")) {
      event.preventDefault(); // a list does not send its form by itself
      at("fields").requestSubmit();
    }
    return;
  }
  if (event.key === "?") {
    event.preventDefault();
    return at("help").showModal();
  }
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  await act(action);
}));

at("fields").addEventListener("submit", guarded(async (event) => {
  event.preventDefault();
  if (!Object.keys(changes()).length) return say("nothing is changed yet", true);
  await act("correct");
}));

at("why-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await decide(state.action, { ...chosen(), why: at("reason").value });
    at("row-title").focus({ preventScroll: true });
  } catch (error) {
    if (at("why").open) at("why-error").textContent = error.message;
    else say(error.message, true);
  }
});

at("cancel").addEventListener("click", () => at("why").close());
at("help-button").addEventListener("click", () => at("help").showModal());
at("actions").addEventListener("click", guarded(async (event) => {
  const button = event.target.closest("button");
  if (button) await act(button.dataset.action);
}));
at("filters").addEventListener("input", guarded(async () => {
  if (!(await loadQueue())) return;
  if (place() >= 0) state.opened += 1; // the row shown is among those asked for: it stays, whatever is on its way
  else await (state.rows.length ? open(state.rows[0].event_id) : showEmpty());
}));
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("who").addEventListener("change", guarded(() => ask("/api/who", { who: at("who").value })));

const narrow = matchMedia("(max-width: 60rem)");
const fold = () => (at("queue-box").open = !narrow.matches);
narrow.addEventListener("change", fold);

guarded(async () => {
  fold();
  const told = await ask("/api/choices");
  state.allReasons = told.reasons;
  at("who").value = told.who;
  at("blind").hidden = !told.blind;
  at("files").textContent = told.files.join(" and ");
  for (const action of told.blind ? ["split", "join"] : []) document.querySelector(`[data-action=${action}]`).hidden = true;
  state.names = { party: Object.entries(told.parties), system: Object.entries(told.systems) };
  const select = at("filters").elements;
  for (const [code, label] of Object.entries(told.doubts)) select.reason.append(make("option", label, { value: code }));
  for (const [code, label] of Object.entries(told.statuses)) select.status.append(make("option", label, { value: code }));
  await loadQueue();
  await step(1);
})();
