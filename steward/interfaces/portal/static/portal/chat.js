// The panel: opens and closes, asks who it is where the shop wants it, sends, shows who writes and what was read.
(() => {
  const { settings, words, part, filled, add, addPending, mark, markRead, known, clear } = window.chat;
  const { read, keep, asOwn, fresh, call, visitOf } = window.chat;
  const panel = part("panel");
  const bubble = part("bubble");
  const talk = part("talk");
  const area = part("text");
  const TYPES_MS = 3000;
  const STILL_MS = 4500;
  const TYPES_SHOWN_MS = 7000;
  const HIDDEN_MS = 10000;
  const FIRST_PAUSE_MS = 500;
  const LONGEST_PAUSE_MS = 60000;
  let page = {};
  let begun = null;
  let visit = "";
  let feed = null;
  let open = false;
  let standing = { holder: "waiting", read: 0 };
  let facts = { open: true, reachable: false };
  let heard = 0;
  let seen = 0;
  let fromUs = [];

  const tellPage = (what) => parent !== window && parent.postMessage({ steward: "chat", what, title: words.title }, "*");
  const isVisible = () => open && document.visibilityState === "visible";
  const toEnd = () => (talk.scrollTop = talk.scrollHeight);

  // What is seen -------------------------------------------------------------------------------------------------------
  let seenTimer = 0;
  const noteSeen = () => {
    const last = Math.max(0, ...known());
    const nowSeen = isVisible() ? last : seen;
    const unread = fromUs.filter((seq) => seq > nowSeen).length;
    part("badge").textContent = unread > 9 ? "9+" : unread || "";
    part("badge").hidden = !unread;
    bubble.setAttribute("aria-label", unread ? filled(words.unread, { count: unread }) : words.open);
    if (last === heard && nowSeen === seen) return;
    heard = last;
    seen = nowSeen;
    clearTimeout(seenTimer);
    seenTimer = setTimeout(() => call("/seen", { heard, read: seen }).catch(() => (heard = 0)), 120);
    keep({ seen, of: visit });
  };
  document.addEventListener("visibilitychange", noteSeen);

  // A stream takes one of the few connections a browser has: only a page that is looked at has one ----------------------
  let hiddenTimer = 0;
  const follow = () => {
    clearTimeout(hiddenTimer);
    if (document.visibilityState === "visible") feed?.want(true);
    else hiddenTimer = setTimeout(() => feed?.want(false), HIDDEN_MS);
  };
  document.addEventListener("visibilitychange", follow);
  window.addEventListener("focus", follow);

  // What comes ---------------------------------------------------------------------------------------------------------
  let typingTimer = 0;
  const showTyping = (who) => {
    clearTimeout(typingTimer);
    part("typing").textContent = who ? filled(words.types, { name: who }) : "";
    if (who) typingTimer = setTimeout(() => showTyping(""), TYPES_SHOWN_MS);
    if (who) toEnd();
  };
  const show = () => {
    const away = !facts.open && standing.holder !== "person";
    const asks = settings.asks_contact && !facts.reachable && !read().skipped && !away && !known().length;
    part("leave").hidden = !away;
    part("ask").hidden = away || !asks;
    part("compose").hidden = away || asks;
    part("person").hidden = standing.holder !== "bot";
  };
  const take = (line) => {
    if (!add(line)) return;
    if (line.kind !== "visitor" && line.kind !== "system") fromUs.push(line.seq);
    if (line.kind !== "visitor") showTyping("");
  };
  const on = {
    here: () => {
      part("lost").hidden = true;
      pause = FIRST_PAUSE_MS;
    },
    lost: () => {
      part("lost").textContent = words.lost;
      part("lost").hidden = false;
    },
    standing: (value) => {
      standing = value;
      markRead(standing.read);
      show();
    },
    line: (line) => {
      take(line);
      markRead(standing.read);
      show();
      toEnd();
      noteSeen();
    },
    typing: ({ who }) => showTyping(who),
    ended: () => {
      feed?.stop();
      feed = begun = null;
      if (visitOf(read().token) === visit) keep({ token: "" });
      beginLater();
    },
  };

  // Beginning ----------------------------------------------------------------------------------------------------------
  let pause = FIRST_PAUSE_MS;
  let beginTimer = 0;
  const beginLater = () => {
    beginTimer ||= setTimeout(begin, pause * (0.7 + Math.random() * 0.6));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  };
  const begin = () => {
    clearTimeout(beginTimer);
    beginTimer = 0;
    return (begun ||= start().then(() => true, (error) => {
      begun = null;
      on.lost(error);
      beginLater();
      return false;
    }));
  };
  window.addEventListener("online", () => beginTimer && begin());
  // Another visit than that whose lines are shown has its own lines, numbered from the beginning.
  const enter = (token) => {
    const { of = visitOf(token), seen: kept = 0 } = read();
    if (visitOf(token) !== visit) {
      clearTimeout(seenTimer);
      clear();
      fromUs = [];
      heard = seen = 0;
      visit = visitOf(token);
    }
    seen = of === visit ? Math.max(seen, kept) : seen;
    keep({ token, seen, of: visit });
  };
  const start = async () => {
    const answer = await call("/session", page);
    if (!answer.ok) throw new Error(String(answer.status));
    const found = await answer.json();
    part("lost").hidden = true;
    enter(found.token);
    facts = found;
    standing = { holder: found.holder, read: found.read };
    found.lines.forEach(take);
    part("earlier").hidden = !found.more;
    feed = window.chat.stream(on, visit);
    feed.from(Math.max(0, ...found.lines.map((line) => line.seq)));
    follow();
    outbox.go();
    markRead(standing.read);
    show();
    toEnd();
    noteSeen();
  };
  part("earlier").addEventListener("click", async () => {
    const answer = await call(`/history?before=${Math.min(...known())}`).catch(on.lost);
    if (!answer?.ok) return;
    const found = await answer.json();
    const height = talk.scrollHeight;
    found.lines.forEach(take);
    talk.scrollTop = talk.scrollHeight - height;
    part("earlier").hidden = !found.more;
  });

  // Opening and closing ------------------------------------------------------------------------------------------------
  const setOpen = (wanted) => {
    open = wanted;
    panel.hidden = !open;
    bubble.hidden = open;
    bubble.setAttribute("aria-expanded", String(open));
    tellPage(open ? "open" : "close");
    if (!open) {
      bubble.focus();
      return;
    }
    show();
    begin();
    follow();
    toEnd();
    (panel.querySelector("form:not([hidden]) input:not([type=file]), form:not([hidden]) textarea") || area).focus();
    noteSeen();
  };
  bubble.addEventListener("click", () => setOpen(true));
  part("close").addEventListener("click", () => setOpen(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && open && setOpen(false));
  window.addEventListener("message", (event) => {
    if (event.source !== parent || event.data?.steward !== "chat") return;
    const { what, small, ...more } = event.data;
    if (what === "page") {
      page = { page: more.page, title: more.title, referrer: more.referrer, language: more.language };
      if (event.origin === location.origin && more.pass) page.pass = more.pass;
      asOwn(!!page.pass);
      restore();
      document.body.classList.toggle("ch-small", !!small);
      if (read().token && !begun) begin();
    } else if (what === "open" || what === "close") setOpen(what === "open");
  });

  // Writing ------------------------------------------------------------------------------------------------------------
  const outbox = window.chat.outbox({
    ready: () => !beginTimer && begin(),
    ended: on.ended,
    taken: (message) => {
      pause = FIRST_PAUSE_MS;
      mark(message.id, words.sent);
    },
    refused: (message, why, again) => mark(message.id, why || words.not_sent, () => {
      mark(message.id, words.sending);
      again();
    }),
  });
  const file = part("file");
  const nameFiles = () => (part("files").textContent = [...file.files].map((one) => one.name).join(", "));
  file.addEventListener("change", nameFiles);
  const grow = () => {
    area.rows = Math.min(5, area.value.split("\n").length + Math.floor(area.value.length / 120));
  };
  const send = () => {
    const message = { id: fresh(), text: area.value.trim(), files: [...file.files] };
    if (!message.text && !message.files.length) return;
    area.value = "";
    file.value = "";
    nameFiles();
    grow();
    addPending(message);
    outbox.add(message);
    typed = 0;
    clearTimeout(stillTimer);
    toEnd();
    area.focus();
  };
  part("compose").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  });
  let typed = 0;
  let stillTimer = 0;
  const stopTyping = () => {
    if (typed) call("/typing", { on: false }).catch(on.lost);
    typed = 0;
  };
  area.addEventListener("input", () => {
    grow();
    clearTimeout(stillTimer);
    stillTimer = setTimeout(stopTyping, STILL_MS);
    if (!read().token || Date.now() - typed < TYPES_MS) return;
    typed = Date.now();
    call("/typing", { on: !!area.value.trim() }).catch(() => (typed = 0));
  });
  part("person").addEventListener("click", () => call("/person", { asks: true }).catch(on.lost));

  // Forms --------------------------------------------------------------------------------------------------------------
  const handIn = async (path, given) => {
    if (!read().token && !(await begin())) return new Response("", { status: 503 });
    const answer = await call(path, given).catch(() => new Response("", { status: 503 }));
    if (answer.status === 401) on.ended();
    return answer;
  };
  const whyNot = async (form, answer) => {
    const problem = await answer.json().catch(() => ({}));
    const place = form.querySelector(".ch-error");
    place.textContent = answer.ok ? "" : (problem.findings || []).map((one) => one.message).join(" ") || problem.title || words.lost;
    place.hidden = answer.ok;
    return !answer.ok;
  };
  part("ask").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name, contact } = event.target.elements;
    const answer = await handIn("/contact", { name: name.value, contact: contact.value });
    if (await whyNot(event.target, answer)) return;
    facts.reachable = true;
    show();
    area.focus();
  });
  part("skip").addEventListener("click", () => {
    keep({ skipped: true });
    show();
    area.focus();
  });
  let formId = fresh();
  part("leave").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const { name, contact, text, consent } = form.elements;
    const given = { id: formId, name: name.value, contact: contact.value, text: text.value, consent: consent.checked, ...page };
    const answer = await handIn("/form", given);
    if (await whyNot(form, answer)) return;
    formId = fresh();
    text.value = "";
    part("offline").textContent = words.thanks;
    part("offline").classList.add("ch-done");
    part("offline").setAttribute("role", "status");
  });

  part("greeting").textContent = settings.greeting || words.greeting;
  part("offline").textContent = settings.offline || words.offline;
  // What was not sent yet is sent by who wrote it: only the page says whether that is somebody signed in.
  let restored = false;
  const restore = () => {
    if (restored) return;
    restored = true;
    outbox.left().forEach((message) => {
      addPending(message);
      outbox.add(message);
    });
  };
  tellPage("ready");
  if (parent === window) {
    restore();
    page = { page: location.href, title: document.title, language: settings.language };
    if (read().token) begin();
  }
})();
