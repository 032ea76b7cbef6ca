// A desk: what the kernel lists as blocks is drawn here, and what a learner does is sent back. `notebook.js` and
// `controls.js` stand before this text in one module. The kernel keeps everything in files, so nothing is written
// into the cell, and a desk that is drawn again holds what was typed before.

const desks = new Map(); // by step, cell and kernel

class Desk {
  constructor(model) {
    this.model = model;
    this.key = Desk.keyOf(model);
    this.pending = new Map(); // typed and not yet sent, by the control's id
    this.controls = new Map();
    this.body = make("div", { class: "appraise-desk-body" });
    this.status = make("p", { class: "appraise-status", role: "status" });
    this.node = make(
      "div",
      {
        class: "appraise-form appraise-desk",
        role: "group",
        "aria-label": model.get("title"),
        "data-form": model.get("step"),
        "data-jp-suppress-context-menu": "true",
        onkeydown: (event) => !event.ctrlKey && !event.metaKey && !event.altKey && event.stopPropagation(),
      },
      this.body,
      this.status,
    );
    this.place = new Place(model.get("kernel"), model.get("cell"), this.node);
    model.on("change:blocks", () => this.draw());
    model.on("change:announcement", () => this.say());
    model.on("comm_live_update", () => !this.place.cell && this.sleep());
    // a page that is left, closed or put behind another one may not come back: what was typed is sent at once
    this.leaving = new AbortController();
    for (const name of ["beforeunload", "pagehide"]) window.addEventListener(name, () => this.flush(), { signal: this.leaving.signal });
    document.addEventListener("visibilitychange", () => this.flush(), { signal: this.leaving.signal });
    this.draw();
    this.say();
  }

  static keyOf = (model) => [model.get("step"), model.get("cell"), model.get("kernel")].join(" ");

  settle(tries = 200) {
    if (this.closed || this.place.cell) return;
    if (this.take()) return;
    if (window.jupyterapp && tries > 0) setTimeout(() => this.settle(tries - 1), 150);
  }

  take(element) {
    this.place.folded = true;
    return this.place.take(element, () => this.sleep());
  }

  say() {
    this.status.textContent = this.model.get("announcement");
  }

  // ── sending ────────────────────────────────────────────────────────────────────────────────────────────────────

  set(id, value) {
    this.pending.delete(id);
    this.model.send({ do: "set", id, value });
  }

  press(id) {
    this.flush();
    this.model.send({ do: "press", id });
  }

  flush() {
    clearTimeout(this.timer);
    for (const [id, value] of this.pending) this.set(id, value);
  }

  typed(id, value) {
    this.pending.set(id, value);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), 700);
  }

  // ── drawing ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Draw all blocks; the control that has the focus keeps it, with its cursor and what is being typed in it. */
  draw() {
    const old = document.activeElement;
    const id = this.node.contains(old) ? old.dataset.id : null;
    const cursor = id && "selectionStart" in old && old.type !== "checkbox" ? [old.selectionStart, old.selectionEnd] : null;
    const open = new Set([...this.body.querySelectorAll("details[open]")].map((each) => each.dataset.id));
    const scrolled = [...this.body.querySelectorAll("textarea")].map((each) => [each.dataset.id, each.scrollTop, each.style.height]);
    this.body.replaceChildren(...this.model.get("blocks").map((block) => this.block(block)));
    for (const each of this.body.querySelectorAll("details")) each.open ||= open.has(each.dataset.id);
    for (const [name, top, height] of scrolled) {
      const area = this.find(name);
      if (area) [area.style.height, area.scrollTop] = [height, top];
    }
    const again = id && this.find(id);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (cursor && again.setSelectionRange) again.setSelectionRange(...cursor);
  }

  find(id) {
    return [...this.body.querySelectorAll("[data-id]")].find((each) => each.dataset.id === id);
  }

  block(block) {
    if (typeof block === "string") return make("p", {}, block);
    return this[`_${block.kind}`](block);
  }

  value(block) {
    return this.pending.has(block.id) ? this.pending.get(block.id) : block.value;
  }

  _head({ words }) {
    return make("p", { class: "appraise-head" }, words);
  }

  _quiet({ words }) {
    return make("p", { class: "appraise-desk-quiet" }, words);
  }

  _warning({ words }) {
    return make("p", { class: "appraise-desk-warning", role: "alert" }, words);
  }

  _quote({ words }) {
    return make("blockquote", { class: "appraise-desk-quote" }, words);
  }

  /** A text area or a box, with its label above or read aloud alone. */
  _area(block) {
    const count = make("span", { class: "appraise-count" });
    const tell = (text) => {
      if (!block.most) return;
      const words = text.trim() ? text.trim().split(/\s+/).length : 0;
      count.textContent = `${words} of ${block.most} words`;
      count.classList.toggle("appraise-over", words > block.most);
    };
    const value = this.value(block);
    const area = make(block.rows === 1 ? "input" : "textarea", {
      class: block.rows === 1 ? "appraise-box appraise-desk-box" : "appraise-area",
      "data-id": block.id,
      rows: block.rows === 1 ? null : block.rows,
      spellcheck: "true",
      "aria-label": block.hidden ? block.label : null,
      placeholder: block.example ?? null,
      oninput: () => (tell(area.value), this.typed(block.id, area.value)),
      onchange: () => this.pending.has(block.id) && this.flush(),
    });
    area.value = value;
    tell(value);
    if (block.hidden) return make("div", {}, area, block.most ? count : "");
    return make("label", { class: "appraise-desk-label" }, make("span", {}, block.label), area, block.most ? count : "");
  }

  _list(block) {
    const select = make("select", {
      class: "appraise-list",
      "data-id": block.id,
      "aria-label": block.hidden ? block.label : null,
      onchange: () => this.set(block.id, select.value),
    });
    for (const [value, words] of block.options) select.append(make("option", { value }, words));
    select.value = block.value;
    return block.hidden ? select : make("label", { class: "appraise-desk-label" }, make("span", {}, block.label), select);
  }

  _tick(block) {
    const input = make("input", { type: "checkbox", "data-id": block.id, onchange: () => this.set(block.id, input.checked) });
    input.checked = block.value;
    return make("label", { class: "appraise-desk-tick" }, input, make("span", {}, block.label));
  }

  _button(block) {
    const kind = block.main ? "appraise-main" : "";
    return make("button", { type: "button", class: `appraise-button ${kind}`, "data-id": block.id, onclick: () => this.press(block.id) }, block.label);
  }

  _row({ blocks }) {
    return make("div", { class: "appraise-desk-row" }, ...blocks.map((each) => this.block(each)));
  }

  _group({ label, blocks }) {
    return make("div", { class: "appraise-desk-group", role: "group", "aria-label": label }, ...blocks.map((each) => this.block(each)));
  }

  _table({ caption, heads, rows }) {
    const cell = (part) => (typeof part === "string" ? part : Array.isArray(part) ? make("div", {}, ...part.map((b) => this.block(b))) : this.block(part));
    const head = make("thead", {}, make("tr", {}, ...heads.map((each) => make("th", { scope: "col" }, each))));
    const lines = rows.map((row) => make("tr", {}, ...row.map((part, i) => make(i ? "td" : "th", i ? {} : { scope: "row" }, cell(part)))));
    const whole = make("table", { class: "appraise-desk-table" }, make("caption", {}, caption), head, make("tbody", {}, ...lines));
    return make("div", { class: "appraise-wide", tabindex: "0", role: "region", "aria-label": caption }, whole);
  }

  /** Paragraphs of a text; a press marks one, and takes the mark away. */
  _paragraphs({ label, items }) {
    const one = ({ id, number, text, value }) =>
      make(
        "button",
        { type: "button", class: "appraise-desk-paragraph", "data-id": id, "aria-pressed": String(value), onclick: () => this.set(id, !value) },
        make("span", { class: "appraise-desk-number" }, String(number)),
        make("span", {}, text),
      );
    return make("div", { class: "appraise-desk-paragraphs", role: "group", "aria-label": label }, ...items.map(one));
  }

  _details(block) {
    const summary = make("summary", { "data-id": `${block.id} summary` }, block.label);
    return make("details", { "data-id": block.id, open: block.open ?? false }, summary, ...block.blocks.map((each) => this.block(each)));
  }

  _link({ href, label }) {
    return make("a", { href, target: "_blank", rel: "noopener" }, label);
  }

  /** The finished page: opened in a window of its own, where the browser prints it, or copied as text. */
  _page({ html, markdown }) {
    const open = () => {
      const address = URL.createObjectURL(new Blob([html], { type: "text/html;charset=utf-8" }));
      window.open(address, "_blank", "noopener");
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    };
    const copied = make("button", { type: "button", class: "appraise-button" }, "Copy as Markdown");
    copied.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(markdown);
        copied.textContent = "Copied";
      } catch {
        shown.hidden = false;
        shown.focus();
        shown.select();
      }
    });
    const shown = make("textarea", { class: "appraise-area", rows: 8, readonly: true, hidden: true, "aria-label": "The page as Markdown" });
    shown.value = markdown;
    const frame = make("iframe", { class: "appraise-desk-page", title: "Your page as it prints", sandbox: "", srcdoc: html });
    const print = make("button", { type: "button", class: "appraise-button appraise-main", onclick: open }, "Open the page to print it");
    return make("div", {}, frame, make("div", { class: "appraise-desk-row" }, print, copied), shown);
  }

  // ── an end ─────────────────────────────────────────────────────────────────────────────────────────────────────

  sleep() {
    if (this.closed) return;
    const typed = [...this.pending.values()].join("\n\n");
    this.#end();
    const { panel, cell } = this.place;
    this.place.leave();
    const wake = () => runCell(panel, cellWith(panel, /^\s*lesson\(/m) ?? cell, cell);
    const button = make("button", { type: "button", class: "appraise-button", onclick: wake }, "Wake the forms");
    const kept = make("textarea", { class: "appraise-area", rows: 4, readonly: true, "aria-label": "Typed last" });
    kept.value = typed;
    const words = typed ? "The kernel was restarted. What you typed last was not kept; copy it:" : "The kernel was restarted. Your claim is kept.";
    this.node.replaceChildren(make("p", {}, words), ...(typed ? [kept] : []), ...(cell ? [button] : []));
  }

  #end() {
    this.closed = true;
    this.leaving.abort();
    clearTimeout(this.timer);
    if (desks.get(this.key) === this) desks.delete(this.key);
  }

  close() {
    if (this.closed) return;
    this.flush();
    this.#end();
    this.place.leave();
    this.node.remove();
  }
}

export default {
  initialize({ model }) {
    const desk = new Desk(model);
    desks.set(desk.key, desk);
    desk.settle();
    return () => desk.close();
  },
  render({ model, el }) {
    const desk = desks.get(Desk.keyOf(model));
    if (!desk) return;
    el.classList.add("appraise-output");
    const found = desk.place.find(el);
    if (found) {
      if (!desk.place.cell) desk.take(el);
      dropFormOutputs(found.cell);
    } else {
      el.append(desk.node);
    }
  },
};
