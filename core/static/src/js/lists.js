// Ticked rows: one by one, in ranges with Shift, the page, or all of the filter.
import { ready } from "./ready.js";

const boxes = () => [...document.querySelectorAll("[data-tick]")];
let last = null;

function show() {
  const bar = document.getElementById("ticks");
  if (!bar) return;
  const all = bar.querySelector("[data-tick-all]");
  const every = boxes();
  const ticked = every.filter((box) => box.checked);
  for (const box of every) box.closest("tr").classList.toggle("on", box.checked || all.checked);
  const page = document.querySelector("[data-tick-page]");
  page.hidden = false;
  page.checked = every.length > 0 && ticked.length === every.length;
  page.indeterminate = ticked.length > 0 && ticked.length < every.length;
  bar.querySelector("[data-tick-shown]").hidden = false;
  bar.querySelector("[data-tick-count]").textContent = all.checked ? all.dataset.tickAll : ticked.length;
  for (const act of bar.querySelectorAll("[data-tick-act]")) act.disabled = !all.checked && ticked.length === 0;
}

function tick(box, isOn, range) {
  const every = boxes();
  const from = range && last ? every.indexOf(last) : -1;
  const to = every.indexOf(box);
  const chosen = from < 0 ? [box] : every.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const one of chosen) one.checked = isOn;
  last = box;
  show();
}

export function tickRow(row, range) {
  const box = row?.querySelector("[data-tick]");
  if (box) tick(box, !box.checked, range);
}

export function untickAll() {
  if (!boxes().some((box) => box.checked)) return;
  for (const box of boxes()) box.checked = false;
  show();
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const box = event.target.closest("[data-tick]");
  if (box) tick(box, box.checked, event.shiftKey);
});

document.addEventListener("change", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.matches("[data-tick-page]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("[data-tick-page], [data-tick-all]")) show();
});

addEventListener("pageshow", show);
ready(show);

// Cells that are cut show their whole text as a tooltip.
document.addEventListener("pointerover", (event) => {
  const cell = event.target instanceof Element && event.target.closest(".sz-list td");
  if (!cell || cell.title) return;
  const cut = [cell, ...cell.querySelectorAll(".cut")].some((part) => part.scrollWidth > part.clientWidth);
  if (cut) cell.title = cell.textContent.trim();
});
