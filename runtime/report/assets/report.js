(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));

  // Theme: the reader's setting until the button is used, then theirs.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = document.getElementById("viva-theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const nameTheme = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", isDark() ? "Use the light theme" : "Use the dark theme");
  };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("viva-theme", root.dataset.theme);
    } catch {
      // Storage is refused; the choice lasts as long as the page.
    }
    nameTheme();
  });
  dark.addEventListener("change", nameTheme);
  nameTheme();

  // One button for all code.
  const code = document.getElementById("viva-code");
  const folds = () => all("details.code");
  const nameCode = () => {
    code.hidden = folds().length === 0;
    code.textContent = folds().some((d) => d.open) ? "Hide code" : "Show code";
  };
  if (code) {
    code.addEventListener("click", () => {
      const open = !folds().some((d) => d.open);
      for (const d of folds()) d.open = open;
      nameCode();
    });
    document.addEventListener("toggle", nameCode, true);
    nameCode();
  }

  // The contents follow the reader: the current section is the last whose
  // heading has passed the upper quarter of the window.
  let toc = null;
  let entries = [];
  let current = null;
  const roomy = matchMedia("(min-width: 72rem)");
  const fold = () => { if (toc) toc.open = roomy.matches; };
  roomy.addEventListener("change", fold);
  const follow = () => {
    const line = innerHeight / 4;
    let at = null;
    for (const e of entries) if (e.heading.getBoundingClientRect().top <= line) at = e;
    if (innerHeight + scrollY >= root.scrollHeight - 2 && scrollY > 0) at = entries[entries.length - 1];
    if (at === current) return;
    if (current) current.link.removeAttribute("aria-current");
    current = at;
    if (!at) return;
    at.link.setAttribute("aria-current", "location");
    const top = at.link.offsetTop - toc.clientHeight / 2;
    if (toc.scrollHeight > toc.clientHeight) toc.scrollTop = top;
  };
  const watch = new IntersectionObserver(follow, { rootMargin: "0px 0px -75% 0px", threshold: [0, 1] });
  const contents = () => {
    const now = document.querySelector(".toc details");
    if (now !== toc) {
      toc = now;
      fold();
    }
    watch.disconnect();
    entries = toc ? all("a", toc)
      .map((link) => ({ link, heading: document.getElementById(decodeURIComponent(link.hash.slice(1))) }))
      .filter((e) => e.heading) : [];
    current = null;
    for (const e of entries) watch.observe(e.heading);
    requestAnimationFrame(follow); // once the page is laid out anyway
  };
  addEventListener("scrollend", follow);
  addEventListener("resize", follow);
  contents();

  // A page that is changed in place says so.
  document.addEventListener("viva-changed", () => {
    if (code) nameCode();
    contents();
  });

  // A link to something inside a fold opens the fold.
  const reveal = () => {
    let id = "";
    try {
      id = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const target = id && document.getElementById(id);
    for (let e = target && target.parentElement; e; e = e.parentElement) {
      if (e.tagName === "DETAILS") e.open = true;
    }
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Tables sort by a column: ascending, descending, then as they stood.
  // Entries without a number come last in a column of numbers.
  const order = new Intl.Collator(root.lang || "en", { numeric: true });
  const sorted = (rows, column, down) => {
    const key = rows.map((row) => {
      const cell = row.cells[column];
      const number = cell.dataset.value;
      return { row, text: cell.textContent, number: number === undefined ? NaN : Number(number.replace("Inf", "Infinity")) };
    });
    const numeric = key.some((k) => !Number.isNaN(k.number));
    const sign = down ? -1 : 1;
    key.sort((a, b) => {
      if (!numeric) return sign * order.compare(a.text, b.text);
      if (Number.isNaN(a.number) || Number.isNaN(b.number)) return Number.isNaN(a.number) - Number.isNaN(b.number);
      return a.number === b.number ? 0 : a.number < b.number ? -sign : sign;
    });
    return key.map((k) => k.row);
  };
  const original = new WeakMap();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("sort")) {
      const head = button.closest("th");
      const body = head.closest("table").tBodies[0];
      if (!original.has(body)) original.set(body, Array.from(body.rows));
      const next = { ascending: "descending", descending: "" }[head.getAttribute("aria-sort")] ?? "ascending";
      for (const th of head.parentElement.cells) th.removeAttribute("aria-sort");
      if (next) head.setAttribute("aria-sort", next);
      const rows = original.get(body);
      body.append(...(next ? sorted(rows, head.cellIndex, next === "descending") : rows));
    }
    if (button.classList.contains("all")) {
      const more = button.parentElement;
      more.parentElement.querySelector("table").classList.add("whole");
      more.remove();
    }
  });
})();
