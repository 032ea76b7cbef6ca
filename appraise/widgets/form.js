// A form: it draws, asks the kernel, and puts the kernel's text into its cell. `notebook.js` and `controls.js` stand
// before this text in one module.

/** Words as the check counts them; lines that begin with one of `uncounted` are left out. */
function countWords(text, uncounted) {
  const heads = uncounted.map((head) => head.toLowerCase());
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/);
  const counted = lines.filter((line) => !heads.some((head) => line.trim().toLowerCase().startsWith(head)));
  return (counted.join("\n").match(/(?<![\p{L}\p{N}_])[\p{L}\p{N}_][\p{L}\p{N}_’'.-]*/gu) ?? []).length;
}

const forms = new Map(); // by exercise, cell and kernel

/** Keep a form's keys from JupyterLab, which would take arrows and letters for commands. Ctrl and Alt pass. */
function keepKeys(event) {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}

class Form {
  constructor(model) {
    this.model = model;
    this.key = Form.keyOf(model);
    this.node = make("div", {
      class: "appraise-form",
      "data-form": model.get("exercise"),
      "data-kind": model.get("kind"),
      "data-jp-suppress-context-menu": "true",
      onkeydown: keepKeys,
    });
    this.place = new Place(model.get("kernel"), model.get("cell"), this.node);
    this.waiting = new Map(); // replies to come, by number
    this.number = 0;
    this.tail = Promise.resolve();
    model.on("msg:custom", (reply) => this.waiting.get(reply.number)?.(reply));
    model.on("change:spec", () => this.draw());
    model.on("change:states", () => this.show());
    model.on("change:writable", () => this.#fold());
    model.on("comm_live_update", () => !this.place.cell && this.sleep()); // told by ipywidgets when the kernel goes
    this.draw();
  }

  static keyOf = (model) => [model.get("exercise"), model.get("cell"), model.get("kernel")].join(" ");

  /** Take the place under the cell, now or when the page has made it. */
  settle(tries = 200) {
    if (this.closed || this.isSettled) return;
    if (this.take()) return;
    if (window.jupyterapp && tries > 0) setTimeout(() => this.settle(tries - 1), 150);
  }

  take(element) {
    this.place.folded = this.model.get("writable");
    this.isSettled = this.place.take(element, () => this.sleep());
    this.#fold();
    if (this.isSettled) this.ask({ do: "read" });
    return this.isSettled;
  }

  // ── talking to the kernel ──────────────────────────────────────────────────────────────────────────────────────

  /** Send a message when those before it are answered, and put the text that comes back into the cell. */
  ask(message) {
    this.tail = this.tail.then(() => this.#ask(message, 5));
    return this.tail;
  }

  async #ask(message, tries) {
    const seen = this.place.source;
    const reply = await this.#send({ ...message, source: seen });
    if (reply.source != null && reply.source !== seen) {
      if (this.place.source !== seen) return tries ? this.#ask({ do: "again" }, tries - 1) : reply;
      changeSource(this.place.cell, reply.source);
    }
    this.#explain(reply);
    return reply;
  }

  #send(message) {
    this.number += 1;
    const number = this.number;
    const late = setTimeout(() => this.say("Waiting: a cell is still running."), 1500);
    return new Promise((resolve) => {
      this.waiting.set(number, (reply) => {
        clearTimeout(late);
        this.waiting.delete(number);
        this.say("");
        resolve(reply);
      });
      this.model.send({ ...message, number });
    });
  }

  /** Say why a choice is not in the notebook's text, and offer the text. */
  #explain(reply) {
    if (reply.missing) this.#listMissing(reply.missing, reply.reconsider ?? []);
    const isNothing = this.model.get("states").every((state) => !state.text && !state.chosen?.length && state.value == null);
    this.note.replaceChildren();
    if (!reply.copy || isNothing) return;
    const where = this.place.cell
      ? `This form does not write into the cell above: ${reply.why || "its answer is code of your own"}.`
      : "This page does not let the form write into the notebook.";
    this.note.append(this.#offer(`${where} To keep your answer, put this text into the answer cell:`, reply.copy));
  }

  /** A text to copy, with the words that say why. */
  #offer(words, text) {
    const shown = make("pre", { tabindex: "0", role: "region", "aria-label": "Text to copy" }, text);
    const copy = this.#button("Copy", () => copyText(shown, text, copy));
    return make("div", { class: "appraise-note" }, make("p", {}, words), shown, copy);
  }

  // ── drawing ────────────────────────────────────────────────────────────────────────────────────────────────────

  draw() {
    const [spec, kind] = [this.model.get("spec"), this.model.get("kind")];
    const choose = (part, chosen) => this.choose(part, chosen);
    this.status = make("span", { class: "appraise-status", role: "status" });
    this.note = make("div", { role: "status" });
    this.remark = make("div", { class: "appraise-remark-here" });
    this.code = this.#button("Show code", () => this.#toggleCode(), "appraise-quiet");
    if (kind === "predict") this.body = this.#line(spec);
    else if (kind === "write") this.body = this.#area(spec);
    else if (kind === "practice") this.body = practiceCase(spec, choose, () => this.ask({ do: "next" }));
    else this.body = kind === "mark" ? passage(spec, choose) : spec.cells ? table(spec, choose) : lines(spec, choose);
    const check = kind === "predict" ? "" : this.#button("Check", () => this.check(), "appraise-main");
    const undo = kind === "write" ? "" : this.#button(kind === "predict" ? "Take back" : "Undo", () => this.undo());
    this.foot = make("div", { class: "appraise-foot" }, check, undo, this.status, this.code);
    this.node.setAttribute("role", "group");
    this.node.setAttribute("aria-label", spec.title);
    this.node.classList.remove("appraise-asleep");
    this.node.replaceChildren(this.body.node, this.foot, this.note, this.remark);
    this.#fold();
    this.show();
  }

  show() {
    const states = this.model.get("states");
    states.forEach((state, i) => this.body.controls[i]?.show(state));
    this.say("");
  }

  /** A word beside the buttons: what it waits for, else how much is answered. */
  say(words) {
    const [parts, isPractice] = [this.model.get("spec").parts, this.model.get("kind") === "practice"];
    const states = isPractice ? [] : this.model.get("states").filter((_, i) => !parts?.[i]?.hidden);
    const done = states.filter((state) => state.text || state.chosen?.length).length;
    const progress = ["choose", "mark"].includes(this.model.get("kind")) && states.length > 1 ? `${done} of ${states.length}` : "";
    if (this.status.textContent !== (words || progress)) this.status.textContent = words || progress;
  }

  #button(words, onclick, kind = "") {
    return make("button", { type: "button", class: `appraise-button ${kind}`, onclick }, words);
  }

  #fold() {
    this.code.hidden = !this.isSettled;
    if (this.isSettled) this.place.fold(this.place.folded && this.model.get("writable"));
    this.code.textContent = this.place.folded ? "Show code" : "Hide code";
    this.code.setAttribute("aria-expanded", String(!this.place.folded));
  }

  #toggleCode() {
    this.place.fold(!this.place.folded);
    this.code.textContent = this.place.folded ? "Show code" : "Hide code";
    this.code.setAttribute("aria-expanded", String(!this.place.folded));
  }

  /** A text area with a count of words and the points that are still missing. */
  #area(spec) {
    const count = make("span", { class: "appraise-count", id: fresh() });
    const missing = make("div", { class: "appraise-missing", "aria-live": "polite" });
    let timer;
    let written = "";
    const tell = () => {
      const words = countWords(area.value, spec.uncounted);
      count.textContent = spec.most ? `${words} of ${spec.most} words` : `${words} ${words === 1 ? "word" : "words"}`;
      count.classList.toggle("appraise-over", Boolean(spec.most) && words > spec.most);
      if (spec.most && words > spec.most) count.textContent += `: ${words - spec.most} too many`;
    };
    const write = () => {
      clearTimeout(timer);
      if (area.value !== written) this.ask({ do: "text", text: (written = area.value) });
    };
    const typed = () => {
      tell();
      clearTimeout(timer);
      timer = setTimeout(write, 400);
    };
    const named = { "aria-label": spec.title, "aria-describedby": count.id, rows: spec.most > 100 ? "12" : "5" };
    const area = make("textarea", { class: "appraise-area", spellcheck: "true", ...named, oninput: typed, onchange: write });
    const show = (state) => {
      if (document.activeElement === area && area.value !== written) return; // still being typed
      if (area.value.trim() || state.text) {
        if (area.value !== state.text && !(document.activeElement === area && area.value === written)) area.value = state.text;
      }
      written = area.value;
      tell();
    };
    this.missing = missing;
    return { node: make("div", {}, area, count, missing), controls: [{ show, flush: write, value: () => area.value }] };
  }

  #listMissing(points, alarms) {
    const list = (lines, name) => make("ul", { class: name }, ...lines.map((line) => make("li", {}, line)));
    const words = points.length ? `Still missing (${points.length}):` : "Nothing on the list of points is missing.";
    const missing = points.length ? [list(points, "appraise-points")] : [];
    const again = alarms.length ? [make("p", {}, "Look at it again:"), list(alarms, "appraise-alarms")] : [];
    this.missing?.replaceChildren(make("p", {}, words), ...missing, ...again);
  }

  /** A line from low to high with a number on it, and a reason in a few words. */
  #line(spec) {
    const span = (value) => `${value}${spec.unit ? ` ${spec.unit}` : ""}`;
    const ends = { min: spec.low, max: spec.high, step: spec.step };
    let said = null;
    const send = (value) => this.ask({ do: "predict", value, reason: reason.value });
    const tell = (value) => {
      word.textContent = value == null ? "not said yet" : `you say ${span(value)}`;
      range.setAttribute("aria-valuetext", value == null ? "not said yet" : span(value));
      range.classList.toggle("appraise-unset", value == null);
    };
    const pressed = () => said == null && tell(Number(range.value));
    const range = make("input", {
      type: "range",
      class: "appraise-range",
      "aria-label": spec.title,
      ...ends,
      oninput: () => tell(Number(range.value)),
      onchange: () => send(Number(range.value)),
      // a press on the middle, where the line begins, changes nothing in the browser's eyes
      onclick: () => said == null && send(Number(range.value)),
      onpointerdown: pressed,
    });
    const word = make("output", { class: "appraise-said" });
    const reason = make("input", {
      type: "text",
      class: "appraise-box appraise-reason",
      id: fresh(),
      onchange: () => said != null && send(said),
    });
    const why = make("label", { for: reason.id }, "Because (you can leave this out)");
    const scale = make("div", { class: "appraise-scale" }, make("span", {}, String(spec.low)), range, make("span", {}, span(spec.high)), word);
    const show = (state) => {
      said = state.value;
      range.value = said ?? (spec.low + spec.high) / 2;
      if (document.activeElement !== reason) reason.value = state.reason;
      tell(said);
    };
    const head = make("p", { class: "appraise-head", "aria-hidden": "true" }, spec.title);
    return { node: make("div", {}, head, scale, make("div", { class: "appraise-why" }, why, reason)), controls: [{ show }] };
  }

  // ── what a learner does ────────────────────────────────────────────────────────────────────────────────────────

  choose(part, chosen) {
    const state = typeof chosen === "string" ? { chosen: [], text: chosen } : { chosen, text: "" };
    this.body.controls[part].show(state); // shown at once; the kernel's states follow
    return this.ask({ do: "choose", part, chosen });
  }

  undo() {
    if (this.model.get("kind") === "predict") return this.ask({ do: "predict", value: null, reason: this.model.get("states")[0].reason });
    return this.ask({ do: "undo" });
  }

  /** Write what is still being typed, then run the check's own cell; without one, show the remark here. */
  async check() {
    this.body.controls.forEach((each) => each.flush?.());
    const pattern = new RegExp(`\\bcheck\\(\\s*["']${this.model.get("exercise")}["']`);
    const { panel, cell } = this.place;
    const found = panel && cellWith(panel, pattern, cell);
    const reply = await this.ask({ do: found ? "read" : "check" });
    this.remark.replaceChildren();
    if (found) return runCell(panel, found);
    this.remark.innerHTML = reply.remark; // HTML of the course's own check
  }

  // ── an end ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The kernel has gone: show the code again, and offer to wake the forms. */
  sleep() {
    if (this.closed) return;
    const isPractice = this.model.get("kind") === "practice";
    const isSafe = !this.note.hasChildNodes() && !isPractice;
    const states = this.model.get("states");
    const lost = this.body.controls.map((each, i) => (each.value && each.value().trim() !== states[i].text.trim() ? each.value() : ""));
    const typed = lost.filter(Boolean).join("\n"); // what the kernel never got
    this.#end();
    const { panel, cell } = this.place;
    this.place.leave();
    this.node.classList.add("appraise-asleep");
    const kept = typed ? [this.#offer("What you typed last is not in the notebook. Copy it before you go on:", typed)] : [];
    const again = "The kernel was restarted. Run this cell again to see its form.";
    if (!cell) return this.node.replaceChildren(make("span", {}, again), ...kept);
    const words = `The kernel was restarted.${isSafe && !typed ? " Your choices are safe in the code above." : ""}`;
    const wake = () => runCell(panel, isPractice ? cell : (cellWith(panel, /^\s*lesson\(/m) ?? cell), cell);
    const button = isPractice ? "Another case" : "Wake the forms";
    this.node.replaceChildren(make("span", {}, words), this.#button(button, wake), ...kept);
  }

  #end() {
    this.closed = true;
    if (forms.get(this.key) === this) forms.delete(this.key);
  }

  close() {
    if (this.closed) return;
    this.#end();
    this.place.leave();
    this.node.remove();
  }
}

async function copyText(node, text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(node); // a page without a clipboard of its own
    document.execCommand("copy");
  }
  button.textContent = "Copied";
}

export default {
  initialize({ model }) {
    const form = new Form(model);
    forms.set(form.key, form);
    form.settle();
    return () => form.close();
  },
  render({ model, el }) {
    const form = forms.get(Form.keyOf(model));
    if (!form) return;
    el.classList.add("appraise-output");
    const found = form.place.find(el);
    if (found) {
      if (form.isSettled) form.ask({ do: "read" });
      else form.take(el);
      dropFormOutputs(found.cell);
    } else {
      el.append(form.node);
    }
  },
};
