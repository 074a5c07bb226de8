// Forms: nothing typed is lost by leaving, nothing is sent twice, lists of e-mails and phones grow.
import { fresh, ready, word } from "./ready.js";

const isRefused = (form) => form.querySelector("#errors, #warnings, #conflict, [aria-invalid=true]") !== null;

let guarded = null;

addEventListener("beforeunload", (event) => {
  if (guarded?.dataset.dirty && !guarded.dataset.sending) event.preventDefault();
});

// A page that comes back from the browser's memory may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) release(form);
});

export function hold(form, button) {
  form.dataset.sending = "yes";
  if (!button) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-busy", "true");
  const label = button.querySelector("span");
  if (!label) return;
  button.dataset.label = label.textContent;
  label.textContent = word("busy");
}

export function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[aria-busy]")) {
    button.removeAttribute("aria-busy");
    if (button.dataset.label) button.querySelector("span").textContent = button.dataset.label;
  }
}

function guard(form) {
  if (form.dataset.guard !== "send") {
    guarded = form;
    if (isRefused(form)) form.dataset.dirty = "yes";
    form.addEventListener("input", () => (form.dataset.dirty = "yes"));
    form.addEventListener("change", () => (form.dataset.dirty = "yes"));
    form.addEventListener("reset", () => delete form.dataset.dirty);
  }
  form.addEventListener("submit", (event) => {
    if (form.dataset.sending) event.preventDefault();
    else hold(form, event.submitter ?? form.querySelector(".btn-primary"));
  });
}

// The bar of a settings form appears with the first change and counts them.
function saveBar(form) {
  const bar = form.querySelector("[data-savebar-bar]");
  if (!bar) return;
  const count = bar.querySelector("[data-savebar-count]");
  const isChanged = (control) =>
    control.type === "checkbox" || control.type === "radio"
      ? control.checked !== control.defaultChecked
      : control.tagName === "SELECT"
        ? [...control.options].some((option) => option.selected !== option.defaultSelected)
        : control.value !== control.defaultValue;
  const show = () => {
    const number = [...form.elements].filter((one) => one.name && one.tagName !== "BUTTON" && one.type !== "hidden" && isChanged(one)).length;
    count.textContent =
      number === 0 ? "" : number === 1 ? count.dataset.one : count.dataset.many.replace("{count}", number);
    bar.hidden = number === 0 && !isRefused(form);
  };
  for (const part of bar.querySelectorAll("[data-savebar-dot], [data-savebar-discard]")) part.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  form.addEventListener("reset", () => setTimeout(show));
  show();
}

// Lists of e-mails and phones: the spare row of readers without a script makes way for a button.
function repeat(group) {
  const list = group.querySelector(".sz-repeat");
  const add = group.querySelector("[data-repeat-add]");
  const empty = list.lastElementChild.cloneNode(true);
  empty.removeAttribute("data-spare");
  for (const control of empty.querySelectorAll("input, select")) {
    control.removeAttribute("id");
    control.removeAttribute("autofocus");
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
  list.querySelector("[data-spare]")?.remove();
  const offer = (row) => {
    for (const button of row.querySelectorAll("[data-repeat-remove]")) button.hidden = false;
  };
  [...list.children].forEach(offer);
  add.hidden = false;
  add.addEventListener("click", () => {
    const row = empty.cloneNode(true);
    offer(row);
    list.append(row);
    row.querySelector("input").focus();
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-repeat-remove]")?.closest("li");
    if (!row) return;
    const next = row.nextElementSibling ?? row.previousElementSibling;
    if (next) row.remove();
    else row.querySelector("input").value = "";
    (next ?? row).querySelector("input").focus();
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function showPassword(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const input = button.parentElement.querySelector("input");
    const isShown = input.type === "password";
    input.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("#errors a[href^='#']");
  const control = link && document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  (control.tomselect ?? control).focus();
  control.scrollIntoView({ block: "center" });
});

ready((root) => {
  fresh(root, "form[data-guard]", "guarded").forEach(guard);
  fresh(root, "form[data-savebar]", "bar").forEach(saveBar);
  fresh(root, "[data-repeat]", "repeats").forEach(repeat);
  fresh(root, "[data-show-password]", "shows").forEach(showPassword);
});
