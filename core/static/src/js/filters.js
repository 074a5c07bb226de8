// Dialogs that are brought when they are needed, and the builder of filters.
import { fresh, ready } from "./ready.js";

let opener = null;

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("[hx-target='#dialogs'], [hx-target='#filter-place'], [data-filter-open]");
  if (!link) return;
  opener = link.closest("details")?.querySelector("summary") ?? link;
  link.closest("details")?.removeAttribute("open");
  if (!link.matches("[data-filter-open]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const button = document.querySelector("[hx-target='#filter-place']");
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("click", (event) => {
  const cancel = event.target instanceof Element && event.target.closest("#filter-place .sz-builder a.btn");
  if (!cancel || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  document.getElementById("filter-place").replaceChildren();
  opener?.focus();
});

document.addEventListener("keydown", (event) => {
  const builder = event.key === "Escape" && event.target instanceof Element && event.target.closest("#filter-place .sz-builder");
  if (!builder || event.defaultPrevented) return;
  builder.parentElement.replaceChildren();
  opener?.focus();
});

ready((root) => {
  for (const dialog of fresh(root, "dialog[data-opens]", "opened")) {
    dialog.addEventListener("close", () => {
      dialog.remove();
      opener?.focus();
    });
    dialog.showModal();
  }
  // A builder that was just opened takes the focus, one that was brought anew leaves it where it was.
  for (const builder of fresh(root, "#filter-place > .sz-builder", "focused")) {
    if (!builder.contains(document.activeElement)) (builder.querySelector("[autofocus]") ?? builder.querySelector("select"))?.focus();
    document.activeElement.scrollIntoView({ block: "nearest" });
  }
});
