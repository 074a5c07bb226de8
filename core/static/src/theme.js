// Runs before the first paint: the side bar as it was left on this device.
try {
  if (localStorage.getItem("side") === "icons") document.documentElement.dataset.side = "icons";
} catch {
  // Storage may be switched off: the side bar is then wide.
}
document.documentElement.dataset.script = "on";
