// The controls of a form. Each is {node, show(state), focus()}, and calls `choose` with places of labels, or with a text.

/** An id of its own. Each form loads this text anew, so a count would begin again in each. */
const fresh = () => `appraise-${Math.random().toString(36).slice(2)}`;

/** An element with attributes, and with children or text. Text is never read as HTML. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** One press a label. A press on the label that is chosen takes it back. */
function buttons(part, name, choose) {
  const group = fresh();
  let chosen = [];
  const press = (i) => {
    if (part.several) choose(chosen.includes(i) ? chosen.filter((each) => each !== i) : [...chosen, i].sort());
    else choose(chosen.includes(i) ? [] : [i]);
  };
  const inputs = part.labels.map((_, i) =>
    make("input", { type: part.several ? "checkbox" : "radio", name: group, onclick: () => press(i) }),
  );
  const labels = inputs.map((input, i) => make("label", { class: "appraise-label" }, input, make("span", {}, part.labels[i])));
  const typed = make("span", { class: "appraise-typed" });
  const node = make("div", { class: "appraise-labels", role: part.several ? "group" : "radiogroup", ...name }, ...labels, typed);
  return {
    node,
    show(state) {
      chosen = state.chosen;
      inputs.forEach((input, i) => (input.checked = chosen.includes(i)));
      typed.textContent = state.text ? `In the code: ${state.text}` : "";
    },
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
  };
}

/** A list, for more labels than fit into a line. */
function list(part, name, choose) {
  const none = make("option", { value: "" }, "–");
  const typed = make("option", { value: "typed", hidden: true });
  const options = part.labels.map((label, i) => make("option", { value: String(i) }, label));
  const node = make(
    "select",
    {
      class: "appraise-list",
      ...name,
      onchange: () => node.value !== "typed" && choose(node.value === "" ? [] : [Number(node.value)]),
    },
    none,
    ...options,
    typed,
  );
  return {
    node,
    show(state) {
      typed.textContent = state.text;
      typed.hidden = !state.text;
      node.value = state.text ? "typed" : String(state.chosen[0] ?? "");
    },
    focus: () => node.focus(),
  };
}

/** A box for an answer without labels. What is typed is written after a moment, and when the box is left. */
function box(unit, name, choose) {
  let written = "";
  let timer;
  const write = () => {
    clearTimeout(timer);
    if (input.value !== written) choose((written = input.value));
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(write, 600);
  };
  const input = make("input", { type: "text", class: "appraise-box", autocomplete: "off", ...name, oninput: later, onchange: write });
  const node = make("span", { class: "appraise-boxed" }, input, unit ? make("span", { class: "appraise-unit" }, unit) : "");
  return {
    node,
    show(state) {
      if (document.activeElement === input && input.value !== written) return; // still being typed
      if (document.activeElement === input && input.value.trim() === state.text) return;
      input.value = written = state.text;
    },
    focus: () => input.focus(),
    flush: write,
    value: () => input.value,
  };
}

/** The control that suits a part: `isNarrow` in the cell of a table. */
function control(part, unit, name, choose, isNarrow) {
  const length = part.labels.join("").length;
  if (!part.labels.length) return box(unit, name, choose);
  if (part.several) return buttons(part, name, choose);
  const isShort = isNarrow ? part.labels.length <= 3 && length <= 20 : part.labels.length <= 5;
  return part.labels.length > 1 && isShort ? buttons(part, name, choose) : list(part, name, choose);
}

/** Lines, one a part, under the heads of their groups; or a table. Gives {node, controls by part}. */
function lines(spec, choose) {
  const controls = [];
  const line = (i) => {
    const part = spec.parts[i];
    const id = fresh();
    const words = part.short || spec.title;
    controls[i] = control(part, spec.unit, { "aria-labelledby": id }, (chosen) => choose(i, chosen));
    return make("div", { class: "appraise-line" }, make("span", { class: "appraise-part", id }, words), controls[i].node);
  };
  const groups = spec.lines.map((group) =>
    make(
      "div",
      { class: "appraise-group", role: group.head ? "group" : null, "aria-label": group.head || null },
      group.head ? make("p", { class: "appraise-head" }, group.head) : "",
      ...group.parts.map(line),
    ),
  );
  return { node: make("div", { class: "appraise-lines" }, ...groups), controls };
}

function table(spec, choose) {
  const controls = [];
  const cell = (i, row, column) => {
    controls[i] = control(spec.parts[i], spec.unit, { "aria-label": `${row}: ${column}` }, (chosen) => choose(i, chosen), true);
    return make("td", {}, controls[i].node);
  };
  const heads = spec.columns.map((column) => make("th", { scope: "col" }, column));
  const rows = spec.rows.map((row, r) =>
    make("tr", {}, make("th", { scope: "row" }, row), ...spec.cells[r].map((i, c) => cell(i, row, spec.columns[c]))),
  );
  const head = make("thead", {}, make("tr", {}, make("td"), ...heads));
  const whole = make("table", { class: "appraise-table" }, head, make("tbody", {}, ...rows));
  const node = make("div", { class: "appraise-wide", tabindex: "0", role: "region", "aria-label": spec.title }, whole);
  return { node, controls };
}

/** A passage: a sentence is pressed, the labels open under it, and the chosen one lands on the sentence. */
function passage(spec, choose) {
  const palette = make("span", { class: "appraise-palette" });
  let current = null;
  const close = (isBack) => {
    palette.remove();
    if (current !== null) {
      sentences[current].setAttribute("aria-expanded", "false");
      if (isBack) sentences[current].focus();
    }
    current = null;
  };
  const open = (i) => {
    if (current === i) return close(true);
    close();
    current = i;
    sentences[i].setAttribute("aria-expanded", "true");
    palette.replaceChildren(labels[i].node);
    sentences[i].after(palette);
    labels[i].focus();
  };
  palette.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Enter") {
      event.preventDefault();
      close(true);
    }
  });
  palette.addEventListener("click", (event) => event.detail > 0 && event.target.matches("input") && close(true));
  const labels = spec.parts.map((part, i) => buttons(part, { "aria-label": `Label for: ${part.short}` }, (c) => choose(i, c)));
  const tags = spec.parts.map(() => make("span", { class: "appraise-tag" }));
  const sentences = spec.parts.map((part, i) =>
    make(
      "span",
      {
        class: "appraise-sentence",
        role: "button",
        tabindex: "0",
        "aria-expanded": "false",
        onclick: () => open(i),
        onkeydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          open(i);
        },
      },
      part.short,
      tags[i],
    ),
  );
  const controls = spec.parts.map((part, i) => ({
    show(state) {
      const words = state.chosen.map((each) => part.labels[each]).join(", ") || state.text;
      tags[i].textContent = words;
      sentences[i].classList.toggle("appraise-marked", Boolean(words));
      labels[i].show(state);
    },
  }));
  const node = make("div", { class: "appraise-passage", role: "group", "aria-label": spec.title });
  sentences.forEach((sentence) => node.append(sentence, " "));
  return { node, controls };
}
