// Runs `work(root)` on the page and on every part that is brought in later.
const works = [];

export function ready(work) {
  works.push(work);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => work(document));
  else work(document);
}

export function brought(root) {
  for (const work of works) work(root);
}

document.addEventListener("htmx:after:swap", () => brought(document));

// Elements of `root` that match, each returned once over all calls.
export function fresh(root, selector, mark) {
  return [...root.querySelectorAll(selector)].filter((element) => {
    if (element.dataset[mark]) return false;
    element.dataset[mark] = "yes";
    return true;
  });
}

export const isTyping = (element) =>
  element instanceof Element &&
  (element.matches("input:not([type=checkbox], [type=radio]), textarea, select") || element.isContentEditable);

// Words that scripts show come with the page, in its language.
export const word = (name) => document.body.dataset[name] ?? "";
