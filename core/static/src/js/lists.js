// Cells that are cut show their whole text as a tooltip.
document.addEventListener("pointerover", (event) => {
  const cell = event.target instanceof Element && event.target.closest(".sz-list td");
  if (!cell || cell.title) return;
  const cut = [cell, ...cell.querySelectorAll(".cut")].some((part) => part.scrollWidth > part.clientWidth);
  if (cut) cell.title = cell.textContent.trim();
});
