// The command palette: Ctrl+K or Cmd+K. What is found comes from the server, which knows rights.
const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const box = dialog?.querySelector("[role=listbox]");
const status = dialog?.querySelector("[role=status]");
let asked = null;
let asking = null;
let pause = 0;

const options = () => [...box.querySelectorAll("[role=option]:not([aria-disabled])")];
const chosen = () => box.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
}

async function ask() {
  asked?.abort();
  const mine = (asked = new AbortController());
  const address = new URL("/palette", location.href);
  address.searchParams.set("q", input.value);
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { "HX-Request": "true" } });
    const found = answer.ok ? await answer.text() : "";
    if (mine.signal.aborted) return;
    box.innerHTML = found;
    const all = options();
    choose(all[0]);
    status.textContent = all.length ? status.dataset.some.replace("{count}", all.length) : status.dataset.none;
  } catch {
    // Typed on, or the server is away: what was found before stays.
  }
}

function open() {
  if (!dialog || dialog.open || document.querySelector("dialog[open]")) return;
  dialog.showModal();
  input.select();
  askNow();
}

// What is still being looked for is waited for, so that Enter opens what was typed.
async function follow(event) {
  clearTimeout(pause);
  if (input.value !== input.dataset.asked) askNow();
  await asking;
  const to = event.shiftKey ? box.querySelector("#palette-all") : chosen();
  if (!to) return;
  if (event.ctrlKey || event.metaKey) window.open(to.href, "_blank", "noopener");
  else location.assign(to.href);
}

function askNow() {
  input.dataset.asked = input.value;
  asking = ask();
}

dialog?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Enter") follow({ shiftKey: event.shiftKey, ctrlKey: event.ctrlKey, metaKey: event.metaKey });
  else if (event.key === "Tab") input.focus();
  else return;
  event.preventDefault();
});

input?.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(askNow, 120);
});

box?.addEventListener("click", (event) => {
  if (event.target.closest("[aria-disabled]")) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  const isPalette = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k";
  if (!isPalette || !dialog) return;
  event.preventDefault();
  if (dialog.open) dialog.close();
  else open();
});

for (const button of document.querySelectorAll("[data-palette-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.closest("details")?.removeAttribute("open");
    open();
  });
}
