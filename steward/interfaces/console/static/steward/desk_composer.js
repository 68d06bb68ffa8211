// The composer: drafts that keep themselves, standard answers by “/”, Ctrl+Enter, and the customer's newer word.
steward.composer = (closed) => {
  const form = document.getElementById("dk-composer");
  if (!form) return;
  const area = form.elements.text;
  const seen = form.elements.seen;
  const macro = form.elements.macro;
  const mark = form.querySelector("[data-saved-mark]");
  const list = form.querySelector("[data-macros]");
  const newer = form.querySelector("[data-newer]");
  const SAVE_MS = 900;
  const kind = () => form.querySelector('[name="kind"]:checked')?.value || "note";

  // Drafts ----------------------------------------------------------------------------------------------------------------
  const AGAIN_MS = 5000;
  let timer = 0;
  let sent = false;
  let kept = area.value;
  let keptKind = kind();
  const isKept = () => area.value === kept && (kind() === keptKind || !area.value.trim());
  const saveIn = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(save, milliseconds);
  };
  const save = async () => {
    if (sent || closed.aborted || isKept()) return;
    const fields = { kind: kind(), text: area.value, macro: macro.value };
    const answer = await steward.post(form.dataset.draftUrl, fields).catch(() => null);
    if (answer?.ok) {
      kept = fields.text;
      keptKind = fields.kind;
      mark.textContent = kept.trim() ? form.dataset.saved : "";
    } else {
      mark.textContent = steward.texts.failed;
      saveIn(AGAIN_MS);
    }
  };
  area.addEventListener("input", () => {
    mark.textContent = "";
    saveIn(SAVE_MS);
    if (kind() === "reply") steward.deskWrites?.(); // a note is not written to whoever chats
    if (!area.value.trim()) macro.value = "";
  });
  form.addEventListener("change", (event) => event.target.name === "kind" && saveIn(SAVE_MS));
  const keep = () => {
    clearTimeout(timer);
    if (sent || isKept()) return;
    [kept, keptKind] = [area.value, kind()];
    const fields = new URLSearchParams({ kind: keptKind, text: kept, macro: macro.value });
    fetch(form.dataset.draftUrl, { method: "POST", keepalive: true, headers: { "x-csrftoken": steward.csrf() }, body: fields });
  };
  window.addEventListener("pagehide", keep, { signal: closed });
  closed.addEventListener("abort", keep);

  // The customer's newer word ------------------------------------------------------------------------------------------------
  const look = () => {
    const last = document.getElementById("dk-thread")?.dataset.lastInbound || "0";
    if (Number(last) <= Number(seen.value)) return;
    if (area.value.trim() && kind() === "reply") newer.hidden = false;
    else seen.value = last;
  };
  const newest = new MutationObserver(look);
  newest.observe(document.querySelector(".dk-talk"), {
    attributes: true, subtree: true, attributeFilter: ["data-last-inbound"],
  });
  closed.addEventListener("abort", () => newest.disconnect());
  form.querySelector("[data-read]").addEventListener("click", () => {
    seen.value = document.getElementById("dk-thread").dataset.lastInbound;
    newer.hidden = true;
    area.focus();
  });

  // Sending ------------------------------------------------------------------------------------------------------------------
  area.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const button = kind() === "note" ? form.querySelector(".dk-sends > .dk-note-only") : form.querySelector("[data-send]");
      form.requestSubmit(button);
    } else if (event.key === "Escape" && list.hidden) area.blur();
  });
  form.addEventListener("submit", (event) => {
    const open = kind() === "reply" && area.value.match(/\{\{\s*[a-z_]+\s*\}\}/);
    if (open) {
      event.preventDefault();
      steward.toast(`${form.dataset.left} ${open[0]}`, "warning");
      area.focus();
      area.setSelectionRange(open.index, open.index + open[0].length);
      return;
    }
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => (sent = false), { signal: closed });
  const files = form.querySelector("[data-files]");
  files.addEventListener("change", () => {
    form.querySelector("[data-file-names]").textContent = [...files.files].map((file) => file.name).join(", ");
  });

  // Standard answers -----------------------------------------------------------------------------------------------------------
  let known = null;
  let shown = [];
  let at = 0;
  const draw = () => {
    list.replaceChildren(
      ...shown.map((one, index) => {
        const row = document.createElement("li");
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", String(index === at));
        const title = document.createElement("span");
        title.textContent = one.title;
        const words = document.createElement("small");
        words.textContent = one.text;
        row.append(title, words);
        row.addEventListener("mousedown", (event) => {
          event.preventDefault();
          insert(one);
        });
        return row;
      }),
    );
    list.children[at]?.scrollIntoView({ block: "nearest" });
    list.hidden = !shown.length;
  };
  const slash = () => area.value.slice(0, area.selectionStart).match(/(?:^|\s)\/([^\s/]*)$/);
  const find = (text) => {
    const wanted = text.toLowerCase();
    shown = known.filter((one) => `${one.code} ${one.title}`.toLowerCase().includes(wanted)).slice(0, 12);
    at = 0;
    draw();
  };
  const fetchMacros = async () => {
    if (known) return;
    const answer = await fetch(form.dataset.macrosUrl);
    known = answer.ok ? (await answer.json()).macros : [];
  };
  const insert = (one) => {
    const found = slash();
    const end = area.selectionStart;
    const start = found ? end - found[1].length - 1 : end;
    area.setRangeText(one.text, start, end, "end");
    macro.value = one.code;
    list.hidden = true;
    area.focus();
    const open = area.value.match(/\{\{\s*[a-z_]+\s*\}\}/);
    if (open) area.setSelectionRange(open.index, open.index + open[0].length);
    area.dispatchEvent(new Event("input"));
  };
  area.addEventListener("input", async () => {
    const found = kind() === "reply" && slash();
    if (!found) {
      list.hidden = true;
      return;
    }
    await fetchMacros();
    const again = slash();
    if (again) find(again[1]);
  });
  area.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = (at + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length;
      draw();
    } else if ((event.key === "Enter" && !event.ctrlKey) || event.key === "Tab") insert(shown[at]);
    else if (event.key === "Escape") list.hidden = true;
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  area.addEventListener("blur", () => setTimeout(() => (list.hidden = true), 150));
  form.querySelector("[data-macros-open]")?.addEventListener("click", async () => {
    await fetchMacros();
    area.focus();
    find("");
  });
};
