// Menus are <details>: one open at a time, closed by Escape or a click elsewhere. The bell is a popover.
const openMenus = () => document.querySelectorAll("details.sz-drop[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest("[data-pop]");
  if (!opener || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  document.getElementById(opener.dataset.pop)?.togglePopover();
});

document.addEventListener("keydown", (event) => {
  const menu = event.target instanceof Element && event.target.closest("details.sz-drop[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const entries = [...menu.querySelectorAll(".sz-menu a, .sz-menu button:not([hidden])")];
    const at = entries.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    entries.at(Math.min(at, entries.length) % entries.length)?.focus();
    event.preventDefault();
  }
});

document.addEventListener("focusout", (event) => {
  const menu = event.target instanceof Element && event.target.closest("details.sz-drop[open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});
