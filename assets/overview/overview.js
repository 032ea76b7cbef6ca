// Sorts and filters the table of the class. Without it the page is whole, and only these two are missing.
const table = document.getElementById("class");
const body = table.tBodies[0];
const rows = [...body.rows].map((row) => ({
  row,
  text: row.cells[0].textContent.toLowerCase(),
  cells: [...row.cells].slice(1).map((cell) => ({ kinds: cell.className.split(" "), words: cell.textContent })),
}));
const search = document.getElementById("search");
const lesson = document.getElementById("lesson");
const status = document.getElementById("status");
const told = document.getElementById("told");

function filter() {
  const wanted = search.value.trim().toLowerCase();
  const at = lesson.value === "" ? null : Number(lesson.value);
  let shown = 0;
  for (const one of rows) {
    const cells = at === null ? one.cells : [one.cells[at]];
    const fits = one.text.includes(wanted) && (!status.value || cells.some((cell) => cell.kinds.includes(status.value)));
    if (one.row.hidden === fits) one.row.hidden = !fits;
    shown += fits;
  }
  told.textContent = `${shown} of ${rows.length} students`;
}

function value(one, column) {
  if (column === 0) return one.text;
  const number = /-?\d+(\.\d+)?/.exec(one.cells[column - 1].words);
  return number ? Number(number[0]) : null;
}

function sort(button, column) {
  const head = button.closest("th");
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const keyed = rows.map((one) => [value(one, column), one]);
  keyed.sort(([a, one], [b, other]) => {
    if (a === null || b === null) return (a === null) - (b === null); // who has no number comes last, either way
    const order = a < b ? -1 : a > b ? 1 : one.text < other.text ? -1 : 1;
    return down ? -order : order;
  });
  const sorted = document.createDocumentFragment();
  for (const [, one] of keyed) sorted.append(one.row);
  body.append(sorted);
}

document.querySelector(".controls").hidden = false;
[...table.tHead.rows[0].cells].forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  button.title = "Sort by this column";
  head.replaceChildren(button);
  button.addEventListener("click", () => sort(button, column));
});
for (const control of [search, lesson, status]) control.addEventListener("input", filter);
document.getElementById("reset").addEventListener("click", () => {
  search.value = lesson.value = status.value = "";
  filter();
  search.focus();
});
filter();
