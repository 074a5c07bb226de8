// Links and buttons with data-dialog="id" open the dialog of that id.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    opener.closest("details")?.removeAttribute("open");
    dialog.showModal();
    return;
  }
  const close = event.target.closest("dialog[open] [data-close]");
  if (close) {
    event.preventDefault();
    close.closest("dialog").close();
  } else if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const isInside =
      event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!isInside) event.target.close();
  }
});

for (const button of document.querySelectorAll("button[data-dialog][hidden]")) button.hidden = false;
