// The edges of column heads can be drawn, with the mouse, a finger or the arrow keys.
import { fresh, ready } from "./ready.js";

const NARROWEST = 60;
const WIDEST = 800;
const STEP = 10;
const KEYS = {
  ArrowLeft: (before) => before - STEP,
  ArrowRight: (before) => before + STEP,
  Home: () => NARROWEST,
  End: () => WIDEST,
};

const bounded = (width) => Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));

function edgeOf(head, column, table) {
  const edge = document.createElement("span");
  const key = head.dataset.column;
  const css = column.className;
  let timer = 0;

  Object.assign(edge, { className: "sz-edge", tabIndex: 0, title: table.dataset.edgeHelp });
  for (const [name, value] of Object.entries({
    role: "separator",
    "aria-orientation": "vertical",
    "aria-label": `${table.dataset.edge}: ${head.textContent.trim()}`,
    "aria-valuemin": NARROWEST,
    "aria-valuemax": WIDEST,
  })) edge.setAttribute(name, value);

  // A sheet that has room left gives some to each column, so what is drawn may be more than was asked.
  const width = () => Number(column.width) || head.offsetWidth;
  const tell = () => edge.setAttribute("aria-valuenow", bounded(width()));

  function draw(wanted) {
    column.className = "";
    column.width = bounded(wanted);
    tell();
  }

  function reset() {
    column.removeAttribute("width");
    column.className = css || column.dataset.css || "";
    tell();
    keep("");
  }

  function keep(chosen) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const body = new URLSearchParams({
        column: key,
        width: chosen,
        csrf_token: document.querySelector("[name=csrf_token]")?.value ?? "",
      });
      fetch(table.dataset.widths, { method: "POST", body, keepalive: true });
    }, 300);
  }

  edge.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    edge.focus();
    edge.setPointerCapture(event.pointerId);
    const from = event.clientX;
    const before = width();
    const move = (moved) => draw(before + moved.clientX - from);
    const end = (ended) => {
      edge.removeEventListener("pointermove", move);
      edge.removeEventListener("pointerup", end);
      edge.removeEventListener("pointercancel", end);
      if (ended.clientX !== from) keep(column.width);
    };
    edge.addEventListener("pointermove", move);
    edge.addEventListener("pointerup", end);
    edge.addEventListener("pointercancel", end);
  });

  edge.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Delete") reset();
    else if (event.key in KEYS) {
      draw(KEYS[event.key](width()));
      keep(column.width);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  edge.addEventListener("dblclick", reset);
  edge.addEventListener("click", (event) => event.stopPropagation());
  tell();
  return edge;
}

ready((root) => {
  for (const table of fresh(root, "table[data-widths]", "edged")) {
    const columns = table.querySelectorAll("col");
    table.querySelectorAll("thead th").forEach((head, at) => {
      if (head.dataset.column) head.append(edgeOf(head, columns[at], table));
    });
  }
});
