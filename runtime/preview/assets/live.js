(() => {
  "use strict";
  const body = document.body;
  const name = body.dataset.name;
  const path = name.split("/").map(encodeURIComponent).join("/");
  const main = document.getElementById("report");
  const stateText = document.getElementById("live-state");
  const detail = document.getElementById("live-detail");
  const interrupt = document.getElementById("live-interrupt");
  const movedPanel = document.getElementById("live-moved");
  const toggle = document.getElementById("live-toggle");
  let seen = Number(body.dataset.seen);
  let state = null;
  let moved = [];

  // Patches ---------------------------------------------------------------

  const element = (html) => {
    const t = document.createElement("template");
    t.innerHTML = html;
    return t.content.firstElementChild;
  };

  // What a reader has done to a block: opened folds, sorted tables, asked for
  // all rows. It is done again to the block that takes its place.
  const habits = (block) => ({
    folds: Array.from(block.querySelectorAll("details"), (d) => ({ kind: d.className, open: d.open })),
    tables: Array.from(block.querySelectorAll("table"), (t) => {
      const sorted = t.querySelector("th[aria-sort]");
      return { whole: t.classList.contains("whole"), column: sorted ? sorted.cellIndex : -1, order: sorted && sorted.getAttribute("aria-sort") };
    }),
  });
  const resume = (block, kept) => {
    const folds = Array.from(block.querySelectorAll("details"));
    kept.folds.forEach((k, i) => { if (folds[i] && folds[i].className === k.kind) folds[i].open = k.open; });
    const tables = Array.from(block.querySelectorAll("table"));
    kept.tables.forEach((k, i) => {
      const t = tables[i];
      if (!t) return;
      if (k.whole) {
        const more = t.parentElement.querySelector(".more button.all") || (t.closest(".cell, figure, div") || t).querySelector("button.all");
        if (more) more.click();
      }
      const head = k.column >= 0 && t.tHead && t.tHead.rows[0].cells[k.column];
      const sort = head && head.querySelector(".sort");
      if (!sort) return;
      sort.click();
      if (k.order === "descending") sort.click();
    });
  };

  // The block at the top of the window stays where it is.
  const anchor = () => {
    if (scrollY === 0) return null;
    for (const block of main.children) {
      const box = block.getBoundingClientRect();
      if (box.bottom > 0) return { block, id: block.id, top: box.top };
    }
    return null;
  };
  const hold = (at) => {
    if (!at) return;
    const block = at.block.isConnected ? at.block : at.id && document.getElementById(at.id);
    if (!block) return;
    const moved = block.getBoundingClientRect().top - at.top;
    if (Math.abs(moved) > 0.5) scrollBy({ top: moved, behavior: "instant" });
  };

  const replace = (selector, html, before) => {
    const old = document.querySelector(selector);
    const next = html ? element(html) : null;
    if (old && next) {
      const kept = habits(old);
      old.replaceWith(next);
      resume(next, kept);
    } else if (old) old.remove();
    else if (next) body.insertBefore(next, before);
  };

  const apply = (p) => {
    const at = anchor();
    const focus = document.activeElement && document.activeElement.id;
    const had = new Map();
    for (const block of main.children) had.set(block.dataset.block, block);
    const order = new Set(p.order);
    const gone = Array.from(main.children).filter((b) => !order.has(b.dataset.block));
    const byID = new Map(gone.filter((b) => b.id).map((b) => [b.id, b]));
    let place = main.firstElementChild;
    for (const id of p.order) {
      let block = had.get(id);
      if (!block) {
        block = element(p.blocks[id]);
        const old = byID.get(block.id) || (place && !order.has(place.dataset.block) && !place.id && !block.id ? place : null);
        if (old && old.isConnected) {
          const kept = habits(old);
          if (at && at.block === old) at.block = block;
          if (place === old) place = old.nextElementSibling;
          old.replaceWith(block);
          main.insertBefore(block, place);
          resume(block, kept);
          continue;
        }
      }
      if (block === place) place = place.nextElementSibling;
      else main.insertBefore(block, place);
    }
    for (const block of gone) block.remove();
    if (p.head !== undefined) replace("header.head", p.head, main);
    if (p.contents !== undefined) replace("nav.toc", p.contents, main);
    if (p.foot !== undefined) replace("body > footer", p.foot, movedPanel);
    document.title = p.title;
    seen = p.to;
    const focused = focus && document.getElementById(focus);
    if (focused && document.activeElement === body) focused.focus({ preventScroll: true });
    hold(at);
    mark();
    document.dispatchEvent(new Event("viva-changed"));
  };

  // States ----------------------------------------------------------------

  const words = { waiting: "Waiting", running: "Running", ok: "Up to date", failed: "Failed", errors: "Errors", interrupted: "Interrupted" };
  const time = (ms) => {
    if (ms < 1000) return Math.round(ms) + " ms";
    if (ms < 60000) return (ms / 1000).toFixed(1) + " s";
    return Math.floor(ms / 60000) + ":" + String(Math.floor(ms / 1000) % 60).padStart(2, "0") + " min";
  };
  let began = 0;
  const cells = () => Array.from(main.querySelectorAll("[data-cell]"));

  const mark = () => {
    if (!state) return;
    const queued = new Set(state.queued), stale = new Set(state.stale), failed = new Set(state.failed);
    for (const c of cells()) {
      const i = Number(c.dataset.cell);
      c.classList.toggle("live-queued", queued.has(i));
      c.classList.toggle("live-stale", stale.has(i) || queued.has(i));
      c.classList.toggle("live-failed", failed.has(i));
      const running = i === state.cell;
      c.classList.toggle("live-running", running);
      let box = c.querySelector(":scope > .live-box");
      if (!running) {
        if (box) box.remove();
        continue;
      }
      if (!box) {
        box = element('<div class="live-box"><p class="live-line"><span class="live-time"></span> <span class="live-label"></span></p><progress></progress><pre class="live-log"></pre></div>');
        c.append(box);
      }
      const p = state.progress;
      box.querySelector(".live-label").textContent = p ? p.label + (p.total ? " " + p.done + " of " + p.total : "") : "";
      const bar = box.querySelector("progress");
      bar.hidden = !p || !p.total;
      if (p && p.total) {
        bar.max = p.total;
        bar.value = p.done;
        bar.setAttribute("aria-label", p.label);
      }
      const log = box.querySelector("pre");
      log.hidden = !state.log;
      log.textContent = (state.log || []).join("\n");
    }
    tick();
  };

  const tick = () => {
    if (!state || state.cell < 0) return;
    const text = time(performance.now() - began);
    for (const t of main.querySelectorAll(".live-time")) t.textContent = text;
    detail.textContent = "cell " + (state.cell + 1) + " of " + state.cells + ", line " + state.line + ", " + text;
  };
  setInterval(tick, 100);

  const show = (next) => {
    state = next;
    if (state.cell >= 0) began = performance.now() - state.since;
    const text = words[state.status] || state.status;
    if (stateText.textContent !== text) stateText.textContent = text;
    body.dataset.status = state.status;
    interrupt.hidden = state.status !== "running";
    if (state.cell < 0) {
      let what = "";
      if (state.status === "errors") what = state.errors === 1 ? "1 error" : state.errors + " errors";
      else if (state.status === "running") what = state.of + " of " + state.cells + " cells to run";
      else if (state.status !== "waiting") what = (state.ran === 0 ? "no cell ran" : state.ran === 1 ? "1 cell ran" : state.ran + " cells ran") + ", " + time(state.took);
      detail.textContent = what;
    }
    mark();
  };

  interrupt.addEventListener("click", async () => {
    interrupt.disabled = true;
    try {
      await fetch("/interrupt/" + path, { method: "POST" });
    } finally {
      interrupt.disabled = false;
    }
  });

  // What moved ------------------------------------------------------------

  try {
    toggle.checked = localStorage.getItem("viva-moved") === "yes";
  } catch {
    // Storage is refused; the choice lasts as long as the page.
  }
  const showMoved = () => {
    movedPanel.hidden = !toggle.checked;
    if (!toggle.checked) return;
    movedPanel.replaceChildren();
    const title = document.createElement("h2");
    title.textContent = moved.length ? "Moved since the last run" : "Nothing has moved since the last run";
    movedPanel.append(title);
    if (!moved.length) return;
    const list = document.createElement("dl");
    for (const m of moved) {
      const dt = document.createElement("dt"), dd = document.createElement("dd"), by = document.createElement("strong");
      dt.textContent = m.name;
      by.textContent = m.by;
      dd.append(m.old + " → " + m.new + " ", by);
      list.append(dt, dd);
    }
    movedPanel.append(list);
  };
  toggle.addEventListener("change", () => {
    try {
      localStorage.setItem("viva-moved", toggle.checked ? "yes" : "no");
    } catch {
      // As above.
    }
    showMoved();
  });
  showMoved();

  // The connection ----------------------------------------------------------

  let wait = 250;
  const connect = () => {
    const source = new EventSource("/events/" + path + "?seen=" + seen);
    const on = (event, f) => source.addEventListener(event, (e) => {
      wait = 250;
      body.classList.remove("live-away");
      f(JSON.parse(e.data));
    });
    on("hello", () => {});
    on("patch", (p) => {
      if (p.from !== -1 && p.from !== seen) {
        seen = -1; // something is missing: ask for everything
        source.close();
        connect();
        return;
      }
      apply(p);
    });
    on("state", show);
    on("moved", (m) => { moved = m || []; showMoved(); });
    on("removed", () => { stateText.textContent = "The notebook is gone"; });
    source.onerror = () => {
      source.close();
      body.classList.add("live-away");
      stateText.textContent = "Connection lost";
      detail.textContent = "is run watch still there? trying again";
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 8000);
    };
  };
  connect();
})();
