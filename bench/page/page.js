// What readers do with a page: keep it light or dark, and sort, filter, search and open the rows of its tables.
// Values reach the page as text alone (textContent, append), never as markup.
"use strict";

const THEME = "leadbench-theme";
const ROWS_AT_FIRST = 25;
const ROWS_AT_ONCE = 100; // a table of 2,000 takes a browser half a second to lay out: it is done in steps
const ALPHABET = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

rememberTheme();
document.documentElement.classList.add("scripted"); // hides rows beyond the first before they are drawn
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".live").forEach(enliven));

/** Check the theme chosen before; it is CSS that turns a page dark. */
function rememberTheme() {
  try {
    const remembered = localStorage.getItem(THEME);
    for (const choice of document.querySelectorAll(".theme input")) {
      if (choice.value === remembered) choice.checked = true;
      choice.addEventListener("change", () => localStorage.setItem(THEME, choice.value));
    }
  } catch {
    // a browser may keep nothing for a file from a disk: the choice holds until the page is closed
  }
}

/** Let readers work with a table. Rows not shown are taken out of the document, so that it stays quick. */
function enliven(live) {
  const { words, facets, facets_of, details_of } = JSON.parse(live.querySelector("script").textContent);
  const region = live.querySelector(".wide");
  const table = region.querySelector("table");
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (line, place) => ({
    line,
    place,
    facets: facets_of[place],
    details: details_of[place].map((word) => words[word]),
    opened: null, // the line of details below it
  }));

  const search = element("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  const selects = facets.map(() => element("select"));
  const reset = element("button", { type: "button" }, "reset");
  const count = element("p", { role: "status", class: "count" });
  const more = element("button", { type: "button", class: "more" });
  let sorted = [...rows];
  let all = false;
  let coming = 0;

  draw();
  live.classList.add("ready");

  function draw() {
    const labels = facets.map((name, at) => labelled(name || "(no name)", selects[at]));
    const controls = element("div", { class: "controls", role: "group", "aria-label": `Find rows: ${named(region)}` });
    controls.append(labelled("search", search), ...labels, reset);
    live.prepend(controls, count);
    live.append(more);
    facets.forEach((_, at) => fill(selects[at], at));
    heads.forEach(makeSortable);
    search.addEventListener("input", update);
    selects.forEach((select) => select.addEventListener("change", update));
    reset.addEventListener("click", startAgain);
    more.addEventListener("click", () => {
      all = !all;
      update();
    });
    const rowOf = new Map(rows.map((row) => [row.line, row]));
    body.addEventListener("click", ({ target }) => {
      const row = rowOf.get(target.closest("th")?.parentElement);
      const selecting = !getSelection().isCollapsed && target.closest("button") === null;
      if (row?.button && !selecting) toggle(row);
    });
    update();
  }

  /** Show the rows that match, and say how many do. */
  function update() {
    const terms = folded(search.value).split(/\s+/).filter(Boolean);
    const found = sorted.filter((row) => terms.length === 0 || terms.every((term) => searched(row).includes(term)));
    const chosen = selects.map((select) => select.value);
    const fits = (row, but) => chosen.every((word, at) => at === but || word === "" || Number(word) === row.facets[at]);
    const matching = found.filter((row) => fits(row));
    const shown = all ? matching : matching.slice(0, ROWS_AT_FIRST);

    clearTimeout(coming);
    body.replaceChildren();
    hang(shown);
    region.classList.toggle("tall", all && shown.length > ROWS_AT_FIRST);
    selects.forEach((select, at) => recount(select, at, found.filter((row) => fits(row, at))));
    count.textContent = told(shown.length, matching.length);
    more.hidden = matching.length <= ROWS_AT_FIRST;
    more.textContent = all ? `show the first ${ROWS_AT_FIRST}` : `show all ${matching.length.toLocaleString("en")}`;
  }

  /** Hang rows into the table: the first at once, the others as soon as the browser has drawn those. */
  function hang(shown) {
    for (const row of shown.slice(0, ROWS_AT_ONCE)) {
      if (row.details.length > 0 && !row.button) makeOpenable(row);
      body.append(row.line, ...(row.opened ? [row.opened] : []));
    }
    if (shown.length > ROWS_AT_ONCE) coming = setTimeout(hang, 0, shown.slice(ROWS_AT_ONCE));
  }

  function told(shown, matching) {
    const [some, fit, of] = [shown, matching, rows.length].map((number) => number.toLocaleString("en"));
    if (matching === 0 && rows.length > 0) return `none of ${of} matches`;
    if (matching === rows.length || shown === matching) return `${some} of ${of} shown`;
    return `${some} of ${fit} that match shown, of ${of} in all`;
  }

  /** All that is known of a row, folded once. */
  function searched(row) {
    const cells = () => Array.from(row.line.cells, (cell) => cell.textContent);
    const known = () => [...cells(), ...row.facets.map((word) => words[word]), ...row.details];
    return (row.searched ??= folded(known().join("\n")));
  }

  function fill(select, at) {
    const values = [...new Set(rows.map((row) => row.facets[at]))];
    values.sort((one, other) => ALPHABET.compare(words[one], words[other]));
    select.append(element("option", { value: "" }), ...values.map((value) => element("option", { value })));
  }

  /** Say beside each value how many rows it would leave, all other filters as they are. */
  function recount(select, at, left) {
    const counts = new Map([["", left.length]]);
    for (const row of left) {
      const value = String(row.facets[at]);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const option of select.options) {
      const name = option.value === "" ? "all" : clipped(words[option.value] || "(none)");
      option.textContent = `${apart(name)} (${(counts.get(option.value) ?? 0).toLocaleString("en")})`;
    }
  }

  function makeSortable(head, column) {
    const words = element("span", {}, head.textContent);
    const button = element("button", { type: "button", class: "sort" }, words);
    if (head.textContent.trim() === "") button.setAttribute("aria-label", `column ${column + 1}`);
    if (head.querySelector(".long")) {
      words.className = "clipped";
      button.title = head.textContent;
    }
    head.replaceChildren(button);
    button.addEventListener("click", () => sortBy(head, column));
  }

  /**
   * Sort by a column, the other way round the next time; gaps last always. Words start from A and numbers from the
   * highest, but for numbers that only rise from row to row of the page, such as a rank: its first row is its best.
   */
  function sortBy(head, column) {
    const numbers = head.classList.contains("number");
    const before = head.getAttribute("aria-sort");
    const keys = new Map(rows.map((row) => [row, key(row.line.cells[column], numbers)]));
    const down = before ? before === "ascending" : numbers && !rises([...keys.values()]);
    clearSort();
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const compare = numbers ? (one, other) => one - other : ALPHABET.compare;
    sorted = [...rows].sort((one, other) => {
      const [first, second] = [keys.get(one), keys.get(other)];
      if (first === null || second === null) return (first === null) - (second === null);
      return down ? compare(second, first) : compare(first, second);
    });
    update();
  }

  function clearSort() {
    for (const head of heads) head.removeAttribute("aria-sort");
  }

  function startAgain() {
    search.value = "";
    for (const select of selects) select.value = "";
    clearSort();
    rows.filter((row) => row.opened).forEach(toggle);
    sorted = [...rows];
    all = false;
    update();
  }

  function makeOpenable(row) {
    const head = row.line.querySelector("th");
    const label = `Details of ${clipped(head.textContent.trim()) || `row ${row.place + 1}`}`;
    row.button = element("button", { type: "button", class: "open", "aria-expanded": "false", "aria-label": label });
    head.classList.add("opens");
    head.prepend(row.button); // its click is heard with that of the whole cell
  }

  function toggle(row) {
    if (row.opened) {
      row.opened.remove();
      row.opened = null;
      row.button.removeAttribute("aria-controls");
    } else {
      const id = `${live.id}-details-${row.place}`;
      const pairs = element("dl", { "aria-label": named(row.button) });
      for (let at = 0; at < row.details.length; at += 2) {
        const [name, value] = row.details.slice(at, at + 2).map(boxed);
        pairs.append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));
      }
      row.opened = element("tr", { class: "details", id }, element("td", { colspan: heads.length }, pairs));
      row.line.after(row.opened);
      row.button.setAttribute("aria-controls", id);
    }
    row.button.setAttribute("aria-expanded", row.opened !== null);
  }
}

/** What a cell is sorted by: its first number, or its text; null where there is none. */
function key(cell, number) {
  const text = cell.textContent.trim();
  if (!number) return text || null;
  const found = text.replaceAll(",", "").replaceAll("−", "-").match(/[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/i);
  return found && Number(found[0]);
}

function rises(keys) {
  const numbers = keys.filter((key) => key !== null);
  return numbers[0] < numbers.at(-1) && numbers.every((number, at) => at === 0 || number >= numbers[at - 1]);
}

function folded(text) {
  return text.normalize("NFKC").toLowerCase();
}

function clipped(text) {
  const letters = [...text];
  return letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : text;
}

function named(part) {
  return part.getAttribute("aria-label");
}

/** A text that runs from right to left within marks (Unicode's isolates), so that what follows keeps its place. */
function apart(text) {
  return /[\p{Script=Arabic}\p{Script=Hebrew}\u202a-\u202e\u2066-\u2069]/u.test(text) ? `\u2068${text}\u2069` : text;
}

/** A text, in a box of its own where it is long beyond reason. */
function boxed(text) {
  return text.length > 200 ? element("div", { class: "long", tabindex: "0" }, text) : text;
}

function labelled(name, control) {
  const words = element("span", {}, name);
  if (name.length > 60) words.title = name;
  return element("label", {}, words, control);
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
