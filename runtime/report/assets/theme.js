(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const kept = localStorage.getItem("viva-theme");
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  } catch {
    // Storage is refused, for example on a page opened from a file.
  }
})();
