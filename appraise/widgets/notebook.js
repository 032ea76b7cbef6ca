// The notebook around a form: the panel and the cell it belongs to, where JupyterLab exposes its application
// (LabApp.expose_app_in_browser). Everywhere else each of these finds nothing, and the form works without.

/** The panels that show the notebook of a kernel, those in sight first. */
function panelsOf(kernel) {
  const shell = window.jupyterapp?.shell;
  if (!shell?.widgets || !kernel) return [];
  const panels = [...shell.widgets("main")].filter(
    (panel) => panel.content?.model?.cells && panel.sessionContext?.session?.kernel?.id === kernel,
  );
  return panels.sort((one, other) => Number(other.isVisible) - Number(one.isVisible));
}

/** The panel and the cell of a form: by the cell's id, else the cell whose node holds an element. */
function findCell(kernel, id, element) {
  for (const panel of panelsOf(kernel)) {
    const cells = panel.content.widgets;
    const cell = cells.find((each) => each.model.id === id) ?? cells.find((each) => element && each.node.contains(element));
    if (cell?.model.type === "code") return { panel, cell };
  }
  return null;
}

/** Change a cell's text to another one, and only where the two differ, so that the cursor stays. */
function changeSource(cell, next) {
  const shared = cell.model.sharedModel;
  const now = shared.getSource();
  const most = Math.min(now.length, next.length);
  const isHalf = (text, at) => /[\uDC00-\uDFFF]/.test(text[at] ?? ""); // never cut a character of two halves
  let start = 0;
  while (start < most && now[start] === next[start]) start += 1;
  while (start > 0 && (isHalf(now, start) || isHalf(next, start))) start -= 1;
  let end = 0;
  while (end < most - start && now[now.length - 1 - end] === next[next.length - 1 - end]) end += 1;
  while (end > 0 && (isHalf(now, now.length - end) || isHalf(next, next.length - end))) end -= 1;
  shared.updateSource(start, now.length - end, next.slice(start, next.length - end));
}

/** Take the outputs of forms out of a cell: they would be saved, and lie there dead when the notebook is opened again. */
function dropFormOutputs(cell) {
  const outputs = cell.model.outputs;
  const all = outputs.toJSON();
  const kept = all.filter((output) => output.metadata?.appraise !== "form");
  if (kept.length < all.length) outputs.fromJSON(kept);
}

/** Run a cell, and leave the focus and the active cell where they were; `shown` is the cell that is in sight then. */
async function runCell(panel, cell, shown = cell) {
  const notebook = panel.content;
  const focused = document.activeElement;
  const before = notebook.activeCellIndex;
  notebook.deselectAll();
  notebook.activeCellIndex = notebook.widgets.indexOf(cell);
  try {
    await window.jupyterapp.commands.execute("notebook:run-cell");
  } finally {
    notebook.activeCellIndex = before;
    focused?.focus({ preventScroll: true });
  }
  shown.node.scrollIntoView({ block: "nearest" });
}

/** The first code cell, from a cell on, whose text fits. */
function cellWith(panel, pattern, from) {
  const cells = panel.content.widgets;
  const first = from ? cells.indexOf(from) : 0;
  return cells.find((cell, i) => i >= first && cell.model.type === "code" && pattern.test(cell.model.sharedModel.getSource()));
}

/** A form's place under its cell. It stays there when the cell is moved, and goes when it is closed. */
class Place {
  constructor(kernel, id, node) {
    Object.assign(this, { kernel, id, node, panel: null, cell: null, folded: false });
  }

  /** Is there a cell to stand in? */
  find(element) {
    const found = findCell(this.kernel, this.id, element);
    if (found) this.id = found.cell.model.id;
    return found;
  }

  /** Stand under the cell; false where there is none. `onSleep` is called when the kernel restarts or ends. */
  take(element, onSleep) {
    const found = this.find(element);
    if (!found) return false;
    if (found.panel !== this.panel) {
      this.leave();
      this.panel = found.panel;
      const again = () => setTimeout(() => this.take());
      const status = (_, now) => ["restarting", "autorestarting", "dead", "terminating"].includes(now) && onSleep();
      const context = this.panel.sessionContext;
      this.panel.content.model.cells.changed.connect(again);
      context.statusChanged.connect(status);
      context.kernelChanged.connect(onSleep);
      this.disconnect = () => {
        if (!this.panel.isDisposed) this.panel.content.model?.cells.changed.disconnect(again);
        context.statusChanged.disconnect(status);
        context.kernelChanged.disconnect(onSleep);
      };
    }
    this.cell = found.cell;
    this.cell.ready.then(() => this.#stand());
    return true;
  }

  #stand() {
    if (!this.cell || this.cell.node.contains(this.node)) return;
    for (const old of this.cell.node.querySelectorAll(":scope > .appraise-form")) {
      if (old === this.node || old.dataset.form !== this.node.dataset.form) continue;
      const kept = old.classList.contains("appraise-asleep") && old.querySelector(".appraise-note");
      if (kept) old.replaceChildren(kept); // what was typed and never written stays until it is copied
      else old.remove();
    }
    this.cell.node.insertBefore(this.node, this.cell.node.querySelector(":scope > .jp-Cell-outputWrapper"));
    this.fold(this.folded);
    dropFormOutputs(this.cell);
  }

  /** Fold the cell's code away, or show it. Only the page changes, not the notebook. */
  fold(folded) {
    this.folded = folded;
    this.cell?.node.classList.toggle("appraise-folded", folded);
  }

  leave() {
    this.disconnect?.();
    this.disconnect = null;
    this.cell?.node.classList.remove("appraise-folded");
  }

  /** The cell's text, or null where there is no cell. */
  get source() {
    return this.cell ? this.cell.model.sharedModel.getSource() : null;
  }
}
