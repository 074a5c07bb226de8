// The matrix of rights: changed ticks stand out until they are saved, arrows move between cells.
import { fresh, ready } from "./ready.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function matrix(table) {
  const boxes = [...table.querySelectorAll("input[type=checkbox]")];
  const show = () => {
    for (const box of boxes) box.closest("td").classList.toggle("ch", box.checked !== box.defaultChecked);
  };
  table.addEventListener("change", show);
  table.closest("form")?.addEventListener("reset", () => setTimeout(show));
  table.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const cell = event.target.closest("td");
    if (!step || !cell) return;
    event.preventDefault();
    next(table, cell, step)?.focus();
  });
  show();
}

// The next tick in a direction, over cells without one.
function next(table, cell, [down, right]) {
  const rows = [...table.rows];
  let row = rows.indexOf(cell.parentElement);
  let column = cell.cellIndex;
  for (;;) {
    row += down;
    column += right;
    const found = rows[row]?.cells[column];
    if (!found) return null;
    const box = found.querySelector("input");
    if (box) return box;
  }
}

const start = (root) => {
  for (const table of fresh(root, "[data-matrix]", "hasMatrix")) matrix(table);
};

ready(start);
