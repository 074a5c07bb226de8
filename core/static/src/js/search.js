// The search box of the top bar: arrows walk through the proposals, Escape closes them.
const form = document.querySelector("form[data-search]");
const input = form?.querySelector("input[type=search]");
const box = form?.querySelector(".sz-pop");

const links = () => [...box.querySelectorAll(".sz-hits a")];

function mark(next) {
  const all = links();
  const at = all.findIndex((link) => link.classList.contains("is-active"));
  all[at]?.classList.remove("is-active");
  const chosen = all[(at + next + all.length + (at < 0 && next < 0 ? 1 : 0)) % all.length];
  chosen?.classList.add("is-active");
  chosen?.scrollIntoView({ block: "nearest" });
}

form?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    box.replaceChildren();
    input.blur();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && links().length) {
    mark(event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
  } else if (event.key === "Enter") {
    const chosen = box.querySelector(".is-active");
    if (!chosen) return;
    event.preventDefault();
    location.assign(chosen.href);
  }
});

input?.addEventListener("input", () => {
  if (input.value.trim().length < 2) box.replaceChildren();
});
