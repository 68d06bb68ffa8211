// Ctrl+K: go to a page, run an action, find an order or a customer; keyboard only, safe with Chinese input methods.
(() => {
  const dialog = document.getElementById("palette");
  const input = document.getElementById("palette-text");
  const list = document.getElementById("palette-list");
  const WAIT_MS = 160;
  const DO = { theme: () => steward.nextLook(), keys: () => steward.showKeys() };
  const actions = [...dialog.querySelectorAll("template[data-action]")].map((each) => ({
    title: each.content.textContent.trim(), icon: each.dataset.icon, url: each.dataset.url, run: DO[each.dataset.do],
  }));
  let pages = null;
  let shown = [];
  let chosen = 0;
  let timer = 0;
  let asked = 0;

  const matches = (item, text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const title = item.title.toLowerCase();
    return words.every((word) => title.includes(word));
  };

  const line = (item, index) => {
    const row = document.createElement("li");
    row.id = `palette-${index}`;
    row.className = "sw-palette-item";
    row.setAttribute("role", "option");
    row.dataset.index = index;
    const icon = document.createElement("i");
    icon.className = `ti ti-${item.icon || "arrow-right"}`;
    const title = document.createElement("span");
    title.textContent = item.title;
    row.append(icon, title);
    if (item.note) {
      const note = document.createElement("small");
      note.textContent = item.note;
      row.append(note);
    }
    if (item.key) {
      const key = document.createElement("kbd");
      key.textContent = `G ${item.key.toUpperCase()}`;
      row.append(key);
    }
    return row;
  };

  const head = (text) => {
    const row = document.createElement("li");
    row.className = "sw-palette-group";
    row.setAttribute("role", "presentation");
    row.textContent = text;
    return row;
  };

  const choose = (index) => {
    chosen = Math.max(0, Math.min(index, shown.length - 1));
    list.querySelectorAll("[role=option]").forEach((row) => {
      row.setAttribute("aria-selected", Number(row.dataset.index) === chosen);
    });
    const row = document.getElementById(`palette-${chosen}`);
    input.setAttribute("aria-activedescendant", row ? row.id : "");
    row?.scrollIntoView({ block: "nearest" });
  };

  const draw = (found) => {
    const text = input.value.trim();
    const groups = new Map();
    const add = (group, item) => groups.set(group, [...(groups.get(group) || []), item]);
    found.forEach((item) => add(item.group || steward.texts.results, item));
    (pages || []).filter((item) => matches(item, text)).forEach((item) => add(steward.texts.pages, item));
    actions.filter((item) => matches(item, text)).forEach((item) => add(steward.texts.actions, item));
    shown = [];
    list.replaceChildren();
    groups.forEach((items, group) => {
      list.append(head(group));
      items.forEach((item) => {
        list.append(line(item, shown.length));
        shown.push(item);
      });
    });
    if (!shown.length) list.append(head(steward.texts.nothing));
    choose(0);
  };

  const ask = async () => {
    const number = ++asked;
    const text = input.value.trim();
    const answer = await fetch(`${document.body.dataset.hitsUrl}?q=${encodeURIComponent(text)}`);
    if (!answer.ok || number !== asked) return;
    const facts = await answer.json();
    pages = facts.pages;
    draw(facts.found);
  };

  const open = (item, elsewhere) => {
    dialog.close();
    if (item.run) item.run();
    else if (elsewhere) window.open(item.url);
    else location.href = item.url;
  };

  steward.openPalette = () => {
    if (dialog.open) return;
    document.querySelectorAll("dialog[open]").forEach((other) => other.close());
    input.value = "";
    draw([]);
    dialog.showModal();
    input.focus();
    ask();
  };

  input.addEventListener("input", () => {
    draw([]);
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter ends the composition, it chooses nothing
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") {
      if (shown[chosen]) open(shown[chosen], event.ctrlKey || event.metaKey);
      else location.href = `${document.body.dataset.searchUrl}?q=${encodeURIComponent(input.value)}`;
    } else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) open(shown[Number(row.dataset.index)], event.ctrlKey || event.metaKey);
  });
  list.addEventListener("mousemove", (event) => {
    const row = event.target.closest("[role=option]");
    if (row && Number(row.dataset.index) !== chosen) choose(Number(row.dataset.index));
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) steward.openPalette();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.isComposing) {
      event.preventDefault();
      steward.openPalette();
    }
  });
})();
