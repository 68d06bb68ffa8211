// The service desk: keys, presence, drafts, undo, what is written meanwhile. Everything works without it, only slower.
(() => {
  const desk = document.querySelector(".dk");
  if (!desk) return;
  const pane = document.querySelector("#dk-pane[data-ticket]");
  const BEAT_MS = 20000;

  // The list keeps its place when a row opens ----------------------------------------------------------------------------
  const rows = document.getElementById("dk-rows");
  const SCROLL = `dk-scroll${location.search.replace(/&ticket=[^&]*/, "")}`;
  if (rows) {
    rows.scrollTop = Number(sessionStorage.getItem(SCROLL) || 0);
    window.addEventListener("pagehide", () => sessionStorage.setItem(SCROLL, rows.scrollTop));
  }

  // Keys ------------------------------------------------------------------------------------------------------------------
  const choose = (kind) => {
    const radio = document.querySelector(`.dk-composer [name="kind"][value="${kind}"]`);
    if (!radio) return false;
    radio.checked = true;
    document.querySelector(".dk-composer textarea").focus();
    return true;
  };
  const unfold = (key) => {
    const part = document.querySelector(`.dk-head [data-key="${key}"]`);
    if (!part) return false;
    part.click();
    part.closest("details")?.querySelector("select, textarea, input:not([type=hidden])")?.focus();
    return true;
  };
  const tags = () => {
    document.querySelector(".dk-context")?.classList.add("is-shown");
    document.getElementById("dk-tags")?.focus();
    return !!document.getElementById("dk-tags");
  };
  const KEYS = { r: () => choose("reply"), n: () => choose("note"), a: () => unfold("a"), s: () => unfold("s"), m: () => unfold("m"), t: tags };
  let gone = 0; // “G then a letter” is another thing: keys.js has it
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll(".dk details.dk-act[open]").forEach((one) => (one.open = false));
    if (steward.isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    const after = Date.now() - gone < 1500;
    gone = key === "g" ? Date.now() : 0;
    if (!after && KEYS[key]?.()) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll(".dk details.dk-act[open]").forEach((one) => {
      if (!one.contains(event.target)) one.open = false;
    });
    if (event.target.closest("[data-context-toggle]")) document.querySelector(".dk-context").classList.toggle("is-shown");
    const split = event.target.closest("[data-split-on], [data-split-off]");
    if (split) {
      const on = split.matches("[data-split-on]");
      pane.classList.toggle("is-splitting", on);
      document.getElementById("dk-split-form").hidden = !on;
      split.closest("details")?.removeAttribute("open");
    }
  });
  if (!pane) return;

  // Who is here -------------------------------------------------------------------------------------------------------------
  let writing = false;
  let writingUntil = 0;
  const beat = (fields = {}) => steward.post(pane.dataset.presenceUrl, { writes: writing ? "1" : "0", ...fields });
  setInterval(() => {
    if (writing && Date.now() > writingUntil) writing = false;
    if (!document.hidden) beat();
  }, BEAT_MS);
  window.addEventListener("pagehide", () => {
    const fields = new URLSearchParams({ leaves: "1" });
    fetch(pane.dataset.presenceUrl, { method: "POST", keepalive: true, headers: { "x-csrftoken": steward.csrf() }, body: fields });
  });
  // Who chats sees that somebody writes to them for some seconds after each beat.
  const CHAT_BEAT_MS = 4000;
  let beatAt = 0;
  steward.deskWrites = () => {
    writingUntil = Date.now() + 8000;
    if (!writing || (pane.dataset.chat && Date.now() - beatAt > CHAT_BEAT_MS)) {
      writing = true;
      beatAt = Date.now();
      beat();
    }
  };

  // The thread stays at its end; answers that can be taken back count down ---------------------------------------------------
  const thread = () => document.getElementById("dk-thread");
  let wasAtEnd = true;
  const toEnd = () => (thread().scrollTop = thread().scrollHeight);
  toEnd();
  thread().addEventListener("scroll", () => {
    wasAtEnd = thread().scrollHeight - thread().scrollTop - thread().clientHeight < 60;
  });
  new MutationObserver(() => wasAtEnd && toEnd()).observe(thread(), { childList: true });
  const countDown = () => {
    document.querySelectorAll(".dk-undo[data-until]").forEach((form) => {
      const left = Math.ceil((Date.parse(form.dataset.until) - Date.now()) / 1000);
      form.querySelector("[data-left]").textContent = left > 0 ? `${left} s` : "";
      if (left <= 0 && !form.hidden) {
        form.hidden = true;
        setTimeout(() => steward.changed(["desk."]), 1500);
      }
    });
  };
  setInterval(countDown, 500);
  countDown();
})();
