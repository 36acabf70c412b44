"use strict";
(() => {
  const PAGE = 50;
  const find = (id) => document.getElementById(id);

  // Every text goes in through textContent, so nothing of the data can become markup.
  const make = (tag, name, ...children) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    for (const child of children) if (child !== null && child !== undefined && child !== "") node.append(child);
    return node;
  };

  const theme = () => {
    const button = find("theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const root = document.documentElement;
    const current = () => root.dataset.theme || (dark.matches ? "dark" : "light");
    const show = () => {
      button.textContent = current() === "dark" ? "Light theme" : "Dark theme";
    };
    try {
      const kept = localStorage.getItem("qam-theme");
      if (kept === "dark" || kept === "light") root.dataset.theme = kept;
    } catch { /* a page from a file may have no storage */ }
    button.addEventListener("click", () => {
      root.dataset.theme = current() === "dark" ? "light" : "dark";
      try { localStorage.setItem("qam-theme", root.dataset.theme); } catch { /* the choice lasts for this visit */ }
      show();
    });
    dark.addEventListener("change", show);
    button.hidden = false;
    show();
  };

  const clock = (iso) => (iso ? iso.slice(11, 16) : "–");
  const urgentOf = (task) => (task.findings || []).filter((finding) => finding.severity === "urgent");
  const FAMILIAR = { Cel: "°C", "[degF]": "°F", "[lb_av]": "lb", "10*9/L": "×10⁹/L" };
  const unit = (code) => (!code || /^\{.*\}$/.test(code) ? "" : FAMILIAR[code] || code.replace(/[{}[\]]/g, "").replace(/_/g, " "));
  const measured = (item) => [item.value, unit(item.unit)].filter((part) => part !== null && part !== undefined && part !== "").join(" ");

  const table = (title, head, lines) => {
    const body = make("tbody", "", ...lines.map((line) => make("tr", "", ...line.map((cell) => make("td", "", cell)))));
    const top = make("tr", "", ...head.map((name) => {
      const cell = make("th", "", name);
      cell.scope = "col";
      return cell;
    }));
    const holder = make("div", "scroll", make("table", "", make("thead", "", top), body));
    holder.tabIndex = 0;
    holder.setAttribute("role", "region");
    holder.setAttribute("aria-label", title);
    return [make("h3", "", title), holder];
  };

  const details = (task) => {
    const more = make("div", "more");
    if (task.reason) more.append(make("p", "", make("b", "", "Reason: "), task.reason));
    if (task.summary) more.append(make("p", "", task.summary));
    if (task.findings) more.append(make("ul", "", ...task.findings.map((f) => make("li", f.severity, f.text))));
    if (task.missing) more.append(make("p", "", make("b", "", "Missing: "), task.missing.join("; ")));
    if (task.values) {
      more.append(...table("Values", ["Name", "Value", "Meaning"],
        task.values.map((v) => [v.name, measured(v), v.interpretation || ""])));
    }
    if (task.evidence) {
      more.append(...table("Evidence", ["What", "Value", "When", "Record"],
        task.evidence.map((e) => [e.label, measured(e), (e.time || "").slice(0, 16).replace("T", " "), e.reference])));
    }
    if (task.source) more.append(make("p", "aside", `Source: ${task.source}`));
    const ran = task.started && task.finished ? `ran ${Math.max(0, new Date(task.finished) - new Date(task.started))} ms` : "did not run";
    const late = task.late_minutes ? `, ${Math.round(task.late_minutes)} min late` : "";
    more.append(make("p", "aside", `Planned ${clock(task.planned_start)} to ${clock(task.planned_end)}${late}, ` +
      `due ${clock(task.due)}, ${ran}, ${task.agent || "no agent"} · ${task.id}`));
    return more;
  };

  const row = (task) => {
    const urgent = urgentOf(task);
    const said = urgent.length ? urgent[0].text : task.summary || task.reason || "no summary";
    const node = make("details", urgent.length ? "result urgent" : "result",
      make("summary", "",
        make("span", `acuity a${task.priority}`, String(task.priority)),
        make("span", "what", make("b", "", task.title || task.kind), " ", make("span", "aside", task.subject || "")),
        make("span", `state ${task.state}`, task.state),
        make("span", "said", said)));
    node.addEventListener("toggle", () => {
      if (node.open && node.children.length === 1) node.append(details(task));
    });
    return node;
  };

  const results = () => {
    const source = find("tasks");
    if (!source) return;
    const all = JSON.parse(source.textContent);
    const words = new Map();
    const haystack = (task) => {
      if (!words.has(task)) {
        const parts = [task.id, task.kind, task.title, task.subject, task.agent, task.summary, task.reason,
          ...(task.findings || []).map((f) => f.text), ...(task.missing || [])];
        words.set(task, parts.join(" ").toLowerCase());
      }
      return words.get(task);
    };
    let page = 0;
    let chosen = all;
    const pager = find("pager");
    const label = make("span", "aside");
    const step = (name, by) => {
      const button = make("button", "", name);
      button.type = "button";
      button.addEventListener("click", () => { page += by; draw(); find("results").scrollIntoView(); });
      return button;
    };
    const before = step("Earlier", -1);
    const after = step("Later", 1);
    pager.append(before, label, after);
    const draw = () => {
      const pages = Math.max(1, Math.ceil(chosen.length / PAGE));
      page = Math.min(Math.max(page, 0), pages - 1);
      find("list").replaceChildren(...chosen.slice(page * PAGE, (page + 1) * PAGE).map(row));
      find("count").textContent = chosen.length === all.length
        ? `${all.length.toLocaleString("en")} results`
        : `${chosen.length.toLocaleString("en")} of ${all.length.toLocaleString("en")} results`;
      label.textContent = `Page ${page + 1} of ${pages}`;
      before.disabled = page === 0;
      after.disabled = page === pages - 1;
      pager.hidden = pages === 1;
    };
    const filter = () => {
      const kind = find("kind").value;
      const state = find("state").value;
      const acuity = find("acuity").value;
      const urgent = find("urgent-only").checked;
      const sought = find("words").value.toLowerCase().split(/\s+/).filter(Boolean);
      chosen = all.filter((task) => (!kind || task.kind === kind) && (!state || task.state === state) &&
        (!acuity || String(task.priority) === acuity) && (!urgent || urgentOf(task).length) &&
        sought.every((word) => haystack(task).includes(word)));
      page = 0;
      draw();
    };
    const form = find("filters");
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    for (const link of document.querySelectorAll("a[data-task]")) {
      link.addEventListener("click", () => {
        for (const name of ["kind", "state", "acuity"]) find(name).value = "";
        find("urgent-only").checked = false;
        find("words").value = link.dataset.task;
        chosen = all.filter((task) => task.id === link.dataset.task);
        page = 0;
        draw();
        const first = find("list").querySelector("details");
        if (first) { first.open = true; first.querySelector("summary").focus(); }
      });
    }
    draw();
  };

  addEventListener("beforeprint", () => document.querySelectorAll("details.cluster").forEach((d) => { d.open = true; }));
  theme();
  results();
})();
