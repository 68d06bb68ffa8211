// Live updates: an event stream says which kinds of things changed; what shows them fetches itself anew. Clocks count on.
(() => {
  const mark = document.getElementById("live");
  if (!mark) return; // a page without the frame, such as “confirm it is you”
  const texts = steward.texts;
  const GATHER_MS = 800;
  const AT_ONCE_MS = 40; // what somebody waits for in a conversation
  const COUNTS_MS = 1500;
  const TICK_MS = 15000;
  const COUNTS_KEPT = "steward-counts";
  const waiting = new Set();
  let timer = 0;
  let countsTimer = 0;

  // Counts in the menu -------------------------------------------------------------------------------------------------
  const showCounts = (counts) => {
    document.querySelectorAll("[data-count]").forEach((place) => {
      const number = counts[place.dataset.count] || 0;
      place.textContent = number > 999 ? "999+" : number || "";
    });
  };
  const fetchCounts = async () => {
    countsTimer = 0;
    const answer = await fetch(document.body.dataset.countsUrl);
    if (!answer.ok) return;
    const counts = await answer.json();
    sessionStorage.setItem(COUNTS_KEPT, JSON.stringify(counts));
    showCounts(counts);
  };
  showCounts(JSON.parse(sessionStorage.getItem(COUNTS_KEPT) || "{}"));
  fetchCounts();

  // Parts that fetch themselves anew -----------------------------------------------------------------------------------
  const isBusy = (part) =>
    part.querySelector(".dropdown-menu.show, dialog[open]") ||
    (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));
  let dueAt = 0;
  const refreshIn = (milliseconds) => {
    const at = Date.now() + milliseconds;
    if (timer && dueAt <= at) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(refresh, milliseconds);
  };
  const refresh = () => {
    timer = 0;
    const kinds = [...waiting];
    waiting.clear();
    const byUrl = new Map(); // parts of the same page come with one request
    document.querySelectorAll("[data-live][id]").forEach((part) => {
      const prefixes = part.dataset.live.split(/\s+/);
      const mine = kinds.filter((kind) => kind === "*" || prefixes.some((prefix) => kind.startsWith(prefix)));
      if (!mine.length) return;
      if (isBusy(part)) {
        mine.forEach((kind) => waiting.add(kind));
        return;
      }
      const url = part.dataset.liveUrl || location.pathname + location.search;
      byUrl.set(url, [...(byUrl.get(url) || []), `#${part.id}`]);
    });
    byUrl.forEach(([first, ...others], url) => {
      const own = url === location.pathname + location.search;
      const headers = own ? { "X-Parts": [first, ...others].map((id) => id.slice(1)).join(" ") } : {};
      const context = { target: first, select: first, swap: "outerMorph", headers, ownUrl: own ? url : "", kinds };
      if (others.length) context.selectOOB = others.map((id) => `${id}:outerMorph`).join(",");
      htmx.ajax("GET", url, context);
    });
    if (waiting.size) refreshIn(GATHER_MS * 3);
  };
  // The parts of a ticket have the same ids as those of the next: what was asked of a page that is not shown any more
  // must not be shown on this one.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ownUrl, kinds } = event.detail.ctx || {};
    if (!ownUrl || ownUrl === location.pathname + location.search) return;
    event.preventDefault();
    kinds.forEach((kind) => waiting.add(kind));
    refreshIn(GATHER_MS);
  });
  steward.changed = (kinds) => {
    kinds.forEach((kind) => waiting.add(kind));
    refreshIn(kinds.some((kind) => kind.startsWith("chat.")) ? AT_ONCE_MS : GATHER_MS);
    // What goes on inside a chat changes no count.
    if (!kinds.every((kind) => kind.startsWith("chat."))) countsTimer ||= setTimeout(fetchCounts, COUNTS_MS);
  };

  // The stream ---------------------------------------------------------------------------------------------------------
  const say = (state, text) => {
    mark.dataset.state = state;
    mark.title = text;
    mark.querySelector(".sw-live-text").textContent = text;
  };
  // What was told since this page was asked for may not be on it: the stream begins there.
  const asked = performance.getEntriesByType("navigation")[0]?.requestStart || 0;
  const connect = () => {
    const stream = new EventSource(`${document.body.dataset.eventsUrl}?age=${Math.ceil(performance.now() - asked)}`);
    let lost = false;
    stream.addEventListener("open", () => {
      say("live", texts.live);
      if (lost) steward.changed(["*"]); // what happened meanwhile
      lost = false;
    });
    stream.addEventListener("message", (event) => {
      const { kinds = [], topic } = JSON.parse(event.data);
      steward.changed(kinds.length ? kinds : [topic]);
    });
    stream.addEventListener("resync", () => steward.changed(["*"]));
    stream.addEventListener("error", () => {
      lost = true;
      say("offline", texts.offline);
      if (stream.readyState === EventSource.CLOSED) setTimeout(connect, TICK_MS);
    });
    window.addEventListener("pagehide", () => stream.close(), { once: true });
  };
  connect();
  // A page that comes back out of the browser's store has lost its stream, and what happened meanwhile.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    connect();
    steward.changed(["*"]);
  });

  // Clocks and ages ----------------------------------------------------------------------------------------------------
  const span = (seconds) => {
    const s = Math.abs(seconds);
    if (s < 3600) return texts.minutes.replace("{n}", Math.floor(s / 60));
    if (s < 172800) return texts.hours.replace("{n}", Math.floor(s / 3600));
    return texts.days.replace("{n}", Math.floor(s / 86400));
  };
  const LOOKS = {
    running: ["pill-blue", "ti-clock"], soon: ["pill-amber", "ti-clock-exclamation"], late: ["pill-red", "ti-alert-triangle"],
  };
  const tick = () => {
    const now = Date.now();
    document.querySelectorAll(".clock[data-due]").forEach((clock) => {
      const left = (Date.parse(clock.dataset.due) - now) / 1000;
      const soon = Number(clock.dataset.target) * 0.25 || 600;
      const look = left < 0 ? "late" : left <= soon ? "soon" : "running";
      clock.querySelector(".clock-text").textContent = (left < 0 ? texts.late : texts.left).replace("{t}", span(left));
      if (clock.dataset.look === look) return;
      clock.dataset.look = look;
      clock.classList.remove(...Object.values(LOOKS).map((each) => each[0]));
      clock.classList.add(LOOKS[look][0]);
      clock.querySelector(".ti").className = `ti ${LOOKS[look][1]}`;
    });
    document.querySelectorAll("time.ago").forEach((time) => {
      const passed = (now - Date.parse(time.dateTime)) / 1000;
      if (passed >= 60 && passed < 604800) time.textContent = texts.ago.replace("{t}", span(passed));
    });
  };
  setInterval(tick, TICK_MS);
})();
