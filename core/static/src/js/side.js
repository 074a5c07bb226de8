// The side bar: wide or icons alone, remembered on this device. The look: applied at once, stored by the server.
const page = document.documentElement;
const toggle = document.querySelector("[data-side-toggle]");

export function turnSide() {
  const isNarrow = page.dataset.side !== "icons";
  if (isNarrow) page.dataset.side = "icons";
  else delete page.dataset.side;
  toggle?.setAttribute("aria-pressed", String(isNarrow));
  try {
    localStorage.setItem("side", isNarrow ? "icons" : "wide");
  } catch {
    // Nothing is remembered where storage is switched off.
  }
}

if (toggle) {
  toggle.hidden = false;
  toggle.setAttribute("aria-pressed", String(page.dataset.side === "icons"));
  toggle.addEventListener("click", turnSide);
}

document.querySelector("[data-theme-form]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const look = event.submitter?.value ?? "";
  if (look) page.dataset.bsTheme = look;
  else delete page.dataset.bsTheme;
  for (const button of form.querySelectorAll("[name=theme]"))
    button.setAttribute("aria-pressed", String(button.value === look));
  const values = new FormData(form);
  values.set("theme", look);
  fetch(form.action, { method: "POST", body: values, redirect: "manual" });
});
