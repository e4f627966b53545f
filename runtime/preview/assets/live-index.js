(() => {
  "use strict";
  const list = document.getElementById("live-list");
  const lost = document.getElementById("live-lost");
  const what = (s) => {
    switch (s.status) {
      case "running": return s.cell >= 0 ? "running cell " + (s.cell + 1) + " of " + s.cells : "running";
      case "errors": return s.errors === 1 ? "1 error" : s.errors + " errors";
      case "ok": return "up to date";
    }
    return s.status;
  };
  const show = (states) => {
    const had = new Map(Array.from(list.children, (li) => [li.dataset.name, li]));
    for (const s of states) {
      let li = had.get(s.name);
      if (!li) {
        li = document.createElement("li");
        li.dataset.name = s.name;
        li.innerHTML = '<span class="live-dot" aria-hidden="true"></span><a></a><span class="live-path"></span><span class="live-what"></span>';
        li.querySelector("a").href = "/n/" + s.name.split("/").map(encodeURIComponent).join("/");
        li.querySelector(".live-path").textContent = s.name;
      }
      had.delete(s.name);
      li.dataset.status = s.status;
      li.querySelector("a").textContent = s.title || s.name;
      li.querySelector(".live-what").textContent = what(s);
      list.append(li);
    }
    for (const li of had.values()) li.remove();
  };
  let wait = 250;
  const connect = () => {
    const source = new EventSource("/events/");
    source.addEventListener("index", (e) => {
      wait = 250;
      lost.hidden = true;
      show(JSON.parse(e.data));
    });
    source.onerror = () => {
      source.close();
      lost.hidden = false;
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 8000);
    };
  };
  connect();
})();
