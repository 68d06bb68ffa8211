// The service desk: keys, presence, drafts, undo, what is written meanwhile. Everything works without it, only slower.
(() => {
  const desk = document.querySelector(".dk");
  if (!desk) return;
  const BEAT_MS = 20000;
  let pane = null; // the ticket that is open
  let closed = new AbortController(); // ends what listens on it

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
    radio.dispatchEvent(new Event("change", { bubbles: true }));
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
  // Who is here -------------------------------------------------------------------------------------------------------------
  let writing = false;
  let writingUntil = 0;
  const beat = (fields = {}) => steward.post(pane.dataset.presenceUrl, { writes: writing ? "1" : "0", ...fields });
  const leave = (left) => {
    if (!left) return;
    const fields = new URLSearchParams({ leaves: "1" });
    fetch(left.dataset.presenceUrl, { method: "POST", keepalive: true, headers: { "x-csrftoken": steward.csrf() }, body: fields });
  };
  setInterval(() => {
    if (writing && Date.now() > writingUntil) writing = false;
    if (pane && !document.hidden) beat();
  }, BEAT_MS);
  window.addEventListener("pagehide", () => leave(pane));
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
  const follow = () => {
    const thread = () => document.getElementById("dk-thread");
    let wasAtEnd = true;
    const toEnd = () => (thread().scrollTop = thread().scrollHeight);
    toEnd();
    thread().addEventListener("scroll", () => {
      wasAtEnd = thread().scrollHeight - thread().scrollTop - thread().clientHeight < 60;
    });
    const growing = new MutationObserver(() => wasAtEnd && toEnd());
    growing.observe(thread(), { childList: true });
    closed.signal.addEventListener("abort", () => growing.disconnect());
  };
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

  // A ticket of the list opens in its pane: list, stream and frame stay as they are ------------------------------------------
  const opened = () => {
    pane = document.querySelector("#dk-pane[data-ticket]");
    if (!pane) return;
    follow();
    countDown();
    steward.composer?.(closed.signal);
  };
  const WIDE = matchMedia("(min-width: 768px)"); // on a phone a ticket is a page of its own
  let asked = 0; // of several that were opened quickly the last one counts
  const open = async (row) => {
    const url = row.dataset.href;
    const mine = ++asked;
    if (pane && url === location.pathname + location.search) return; // it is open, with what was begun in it
    const answer = await fetch(url, { headers: { "X-Parts": "dk-pane" } }).catch(() => null);
    const page = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page && page.getElementById("dk-pane");
    if (mine !== asked) return leave(fresh); // passed over: nobody looks at it
    if (!fresh) return void (location.href = url); // signed out, gone, no line: the page says which
    leave(pane);
    closed.abort();
    closed = new AbortController();
    writing = false;
    document.title = page.title;
    history.pushState({ htmx: true }, "", url); // going back loads the page, as htmx is told to
    document.getElementById("dk-pane").replaceWith(fresh);
    htmx.process(fresh);
    desk.classList.add("dk-has-ticket");
    rows.querySelectorAll(".dk-row.active").forEach((one) => {
      one.classList.remove("active");
      one.removeAttribute("aria-current");
    });
    const now = document.getElementById(row.id); // the list may have been shown anew meanwhile
    now?.classList.add("active");
    now?.classList.remove("is-unread");
    now?.setAttribute("aria-current", "true");
    opened();
  };
  steward.openRow = (row) => {
    if (!row.matches(".dk-row") || !WIDE.matches || !rows?.contains(row)) return false;
    open(row);
    return true;
  };
  rows?.addEventListener("click", (event) => {
    const link = event.target.closest("a.dk-who");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !WIDE.matches) return;
    event.preventDefault();
    open(link.closest(".dk-row"));
  });
  opened();
})();
