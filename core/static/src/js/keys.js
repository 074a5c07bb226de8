// Single-key shortcuts. Off while typing; a switch in the list of keys turns them off for this device.
import { tickRow, untickAll } from "./lists.js";
import { isTyping } from "./ready.js";
import { turnSide } from "./side.js";

const STORE = "keys";
const stored = () => {
  try {
    return localStorage.getItem(STORE);
  } catch {
    return null;
  }
};
const isOn = () => stored() !== "off";

const chosenSwitch = document.querySelector("[data-keys-switch]");
if (chosenSwitch) {
  chosenSwitch.checked = isOn();
  chosenSwitch.addEventListener("change", () => localStorage.setItem(STORE, chosenSwitch.checked ? "on" : "off"));
}

const rows = () => [...document.querySelectorAll("[data-list] tbody tr")];

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("cursor"));
  all[at]?.classList.remove("cursor");
  const row = all[Math.max(0, Math.min(all.length - 1, at + step))];
  row.classList.add("cursor");
  row.scrollIntoView({ block: "nearest" });
  row.querySelector("a.name")?.focus({ preventScroll: true });
}

function add() {
  const link = document.querySelector("a[data-add]");
  if (link) {
    link.click();
    return;
  }
  const menu = document.querySelector("[data-add-menu]");
  if (!menu) return;
  menu.parentElement.open = true;
  menu.parentElement.querySelector("a")?.focus();
}

const KEYS = {
  "/": () => document.querySelector("form[data-search] input[type=search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
  "[": turnSide,
  n: add,
  e: () => document.querySelector("a[data-edit]")?.click(),
  j: () => move(1),
  k: () => move(-1),
  x: () => tickRow(document.querySelector("[data-list] tr.cursor"), false),
  X: () => tickRow(document.querySelector("[data-list] tr.cursor"), true),
  Escape: untickAll,
};

let waitsForPlace = 0;

function go(key) {
  document.querySelector(`[data-go="${CSS.escape(key)}"]`)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target instanceof Element && event.target.closest("form[data-guard]");
    form?.requestSubmit(form.querySelector(".btn-primary") ?? undefined);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (!isOn() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (waitsForPlace && event.timeStamp - waitsForPlace < 1500) {
    waitsForPlace = 0;
    go(event.key);
    return;
  }
  if (event.key === "g") {
    waitsForPlace = event.timeStamp;
    return;
  }
  const act = KEYS[event.key];
  if (!act) return;
  if (event.key !== "Escape") event.preventDefault();
  act();
});
