// A form with a file: drop it anywhere, see its size refused before it is sent and its way while it is sent.
import { brought, fresh, ready } from "./ready.js";
import { release } from "./forms.js";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

export function sizeText(bytes) {
  const step = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: UNITS[step],
    maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(bytes / 1024 ** step);
}

function dropZone(zone) {
  const form = zone.closest("form");
  const input = zone.querySelector("input[type=file]");
  const error = document.getElementById(`${input.id}-error`);
  const name = zone.querySelector("[data-file-name]");
  zone.classList.add("has-script");

  const refuse = (text) => {
    error.hidden = !text;
    error.querySelector("[data-file-error]").textContent = text;
    input.setAttribute("aria-invalid", String(Boolean(text)));
  };
  const chosen = () => {
    const file = input.files[0];
    const most = Number(zone.dataset.maxBytes);
    name.hidden = !file;
    name.textContent = file ? `${file.name} · ${sizeText(file.size)}` : "";
    const isTooBig = Boolean(file && most && file.size > most);
    refuse(
      isTooBig
        ? zone.dataset.tooBig.replace("{size}", sizeText(file.size)).replace("{allowed}", sizeText(most))
        : "",
    );
    if (isTooBig) input.value = "";
  };
  input.addEventListener("change", chosen);

  const take = (event) => {
    event.preventDefault();
    zone.classList.toggle("is-over", event.type === "dragover");
    if (event.type !== "drop" || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, take);

  form.addEventListener("submit", (event) => {
    // A form that holds more than its file is sent as any other, so that its notice is seen.
    if (event.defaultPrevented || !input.files.length || form.dataset.guard !== "send") return;
    event.preventDefault();
    send(form, zone);
  });
}

function send(form, zone) {
  const box = zone.querySelector("[data-file-progress]");
  const bar = box.querySelector("progress");
  const sent = box.querySelector("[data-file-sent]");
  const request = new XMLHttpRequest();
  box.hidden = false;
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (100 * loaded) / total;
    sent.textContent = `${sizeText(loaded)} / ${sizeText(total)}`;
  });
  request.addEventListener("load", () => {
    if (request.status < 400) location.assign(request.responseURL);
    else showAnswer(request.responseText, form);
  });
  request.addEventListener("error", () => {
    box.hidden = true;
    release(form);
    form.submit();
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

function showAnswer(text, form) {
  const answer = new DOMParser().parseFromString(text, "text/html").getElementById("main");
  if (!answer) {
    form.submit();
    return;
  }
  document.getElementById("main").replaceWith(answer);
  brought(document);
  answer.querySelector("[autofocus], [aria-invalid=true]")?.focus();
}

ready((root) => fresh(root, "[data-file-drop]", "drops").forEach(dropZone));
