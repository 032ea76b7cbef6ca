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

/** Labels in two steps, where some begin with another label and a colon: "does not fit", then "does not fit: figure". */
function isInSteps(part) {
  return !part.several && part.labels.some((label) => part.labels.some((each) => label.startsWith(`${each}: `)));
}

function steps(part, name, choose) {
  const heads = part.labels.filter((label) => !part.labels.some((each) => label.startsWith(`${each}: `)));
  const tails = (head) => part.labels.filter((label) => label.startsWith(`${head}: `));
  const head = (i) => heads.find((each) => part.labels[i] === each || part.labels[i].startsWith(`${each}: `));
  const at = (label) => (label == null ? [] : [part.labels.indexOf(label)]);
  const seconds = new Map();
  const first = buttons({ labels: heads }, name, (chosen) => choose(at(heads[chosen[0]])));
  for (const each of heads.filter((label) => tails(label).length)) {
    const words = tails(each).map((label) => label.slice(each.length + 2));
    const second = buttons({ labels: words }, { "aria-label": `${each}: what is wrong?` }, (chosen) =>
      choose(at(chosen.length ? tails(each)[chosen[0]] : each)),
    );
    second.node.classList.add("appraise-second");
    second.node.hidden = true;
    seconds.set(each, second);
  }
  return {
    node: make("div", {}, first.node, ...[...seconds.values()].map((second) => second.node)),
    show(state) {
      const chosen = state.chosen.length ? head(state.chosen[0]) : null;
      first.show({ chosen: chosen ? [heads.indexOf(chosen)] : [], text: state.text });
      for (const [each, second] of seconds) {
        second.node.hidden = each !== chosen;
        const place = each === chosen ? tails(each).indexOf(part.labels[state.chosen[0]]) : -1;
        second.show({ chosen: place < 0 ? [] : [place], text: "" });
      }
    },
    focus: () => first.focus(),
    /** Is a press on this input the last one, so that the labels may close? */
    isLast: (input) => !first.node.contains(input) || !seconds.has(heads[[...first.node.querySelectorAll("input")].indexOf(input)]),
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
  palette.addEventListener("click", (event) => {
    if (!(event.detail > 0 && event.target.matches("input"))) return;
    if (labels[current]?.isLast?.(event.target) ?? true) close(true);
  });
  const labels = spec.parts.map((part, i) =>
    (isInSteps(part) ? steps : buttons)(part, { "aria-label": `Label for: ${part.short}` }, (c) => choose(i, c)),
  );
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
      isInSteps(part) ? make("span", { class: "appraise-number" }, `${i + 1} `) : "", // remarks speak of “sentence 3”
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
  sentences.forEach((sentence, i) => !spec.parts[i].hidden && node.append(sentence, " "));
  return { node, controls };
}

/** A practice case: its abstract, its telling to mark, and the other questions in a part that opens. */
function practiceCase(spec, choose, next) {
  const [marks, ...others] = spec.lines;
  const part = (group) => ({ ...spec, title: group.head, parts: group.parts.map((i) => spec.parts[i]) });
  const told = passage(part(marks), (i, chosen) => choose(marks.parts[i], chosen));
  const asked = others.map((group) => {
    const places = [{ head: group.head, parts: group.parts.map((_, i) => i) }];
    return lines({ ...part(group), lines: places }, (i, chosen) => choose(group.parts[i], chosen));
  });
  const controls = [told, ...asked].flatMap((each) => each.controls);
  const abstract = make("div", {});
  abstract.innerHTML = spec.abstract; // HTML of the course's own
  const more = make("details", {}, make("summary", {}, "More questions on this case"), ...asked.map((each) => each.node));
  const another = make("button", { type: "button", class: "appraise-button", onclick: next }, "Next case");
  const head = make("p", { class: "appraise-head" }, spec.heading);
  const lead = make("p", {}, make("em", {}, spec.lead));
  return { node: make("div", {}, abstract, head, lead, told.node, more, another), controls };
}
