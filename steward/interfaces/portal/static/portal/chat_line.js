// How lines look: what the visitor wrote, what we said, what happened. Text is set as text, never as markup.
window.chat = (() => {
  const settings = JSON.parse(document.body.dataset.settings);
  const words = settings.words;
  const part = (id) => document.getElementById(id);
  const made = (tag, name = "", text = "") => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  };
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const clock = new Intl.DateTimeFormat(settings.language, { hour: "2-digit", minute: "2-digit" });
  const lines = part("lines");
  const bySeq = new Map();
  const byId = new Map();
  document.documentElement.style.setProperty("--accent", settings.colour);

  const happened = (line) => {
    if (line.code === "joined") return line.who ? filled(words.joined, { name: line.who }) : words.joined_unnamed;
    return words[line.code] || line.text;
  };
  const withLinks = (place, text) => {
    text.split(/(https?:\/\/[^\s<>"，。；]+)/).forEach((piece, index) => {
      if (index % 2 === 0) {
        place.append(piece);
        return;
      }
      const link = made("a", "", piece);
      link.href = piece;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      place.append(link);
    });
  };
  const shownFile = (file) => {
    if (!file.url) return made("span", "ch-file", `${file.name} · ${file.why || words.refused_file}`);
    const link = made("a", "ch-file");
    link.href = file.url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    if (file.small) {
      const picture = made("img");
      picture.src = file.small;
      picture.alt = file.name;
      link.append(picture);
    } else link.textContent = file.name;
    return link;
  };
  const drawn = (line) => {
    if (line.kind === "system") return made("p", "ch-happened", happened(line));
    const element = made("div", `ch-line ch-${line.kind}`);
    const who = line.kind === "visitor" ? words.you : line.who || words.bot;
    element.append(made("span", line.kind === "visitor" ? "ch-unseen" : "ch-who", who));
    const text = made("div", "ch-words");
    withLinks(text, line.text);
    if (line.text) element.append(text);
    (line.files || []).forEach((file) => element.append(shownFile(file)));
    const foot = made("small", "ch-foot");
    foot.append(made("span", "", line.at ? clock.format(new Date(line.at)) : ""), made("span", "ch-state"));
    element.append(foot);
    return element;
  };

  // A line that came; one that is there already, or was being sent, stays in its one place.
  const add = (line) => {
    if (bySeq.has(line.seq)) return false;
    const element = drawn(line);
    element.dataset.seq = line.seq;
    bySeq.set(line.seq, element);
    const pending = line.id && byId.get(line.id);
    if (pending) {
      pending.remove();
      byId.delete(line.id);
    }
    const after = [...lines.children].find((each) => !each.dataset.seq || Number(each.dataset.seq) > line.seq);
    lines.insertBefore(element, after || null);
    return true;
  };
  const addPending = (message) => {
    const files = (message.files || []).map((file) => ({ name: file.name, url: "", why: words.sending }));
    const element = drawn({ kind: "visitor", text: message.text, files });
    element.classList.add("ch-pending");
    byId.set(message.id, element);
    lines.append(element);
    mark(message.id, words.sending);
  };
  const mark = (id, text, again = null) => {
    const element = byId.get(id);
    if (!element) return;
    const state = element.querySelector(".ch-state");
    state.replaceChildren(text);
    element.classList.toggle("ch-failed", !!again);
    if (!again) return;
    const button = made("button", "ch-again", text);
    button.type = "button";
    button.addEventListener("click", again);
    state.replaceChildren(button);
  };
  // Only the last own line says how far it got.
  const markRead = (upTo) => {
    const own = [...lines.querySelectorAll(".ch-visitor[data-seq]")];
    own.forEach((element, index) => {
      const state = element.querySelector(".ch-state");
      const last = index === own.length - 1;
      state.textContent = last ? (Number(element.dataset.seq) <= upTo ? words.read : words.sent) : "";
    });
  };
  const known = () => [...bySeq.keys()];
  // What is being sent stays: it goes to the visit that comes.
  const clear = () => {
    bySeq.forEach((element) => element.remove());
    bySeq.clear();
  };
  return { settings, words, part, filled, add, addPending, mark, markRead, known, clear };
})();
