// Toasts go by themselves (6 s, with Undo 30 s), but never while they are read or used.
import { fresh, ready } from "./ready.js";

function hideLater(toast) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const gone = () => {
    toast.classList.add("is-gone");
    setTimeout(() => toast.remove(), 200);
  };
  const start = () => {
    stop();
    timer = setTimeout(gone, Number(toast.dataset.seconds) * 1000);
  };
  const close = toast.querySelector("[data-toast-close]");
  close.hidden = false;
  close.addEventListener("click", gone);
  toast.addEventListener("mouseenter", stop);
  toast.addEventListener("mouseleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  start();
}

ready((root) => fresh(root, ".sz-toast[data-seconds]", "timed").forEach(hideLater));
