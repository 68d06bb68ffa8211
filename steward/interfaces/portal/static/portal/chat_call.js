// The chat's doors: a token kept by this browser, messages that are sent until they are taken, and the event stream.
(() => {
  const { settings } = window.chat;
  const KEPT = `steward-chat-${settings.code}`;
  let kept = KEPT;
  const SILENCE_MS = 50000;
  const LONGEST_PAUSE_MS = 10000;
  let memory = {};
  // Who is signed in to their own pages has a chat there beside that of this browser.
  const asOwn = (is) => (kept = is ? `${KEPT}-own` : KEPT);
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(kept) || "{}");
    } catch {
      return memory; // a browser that keeps nothing for frames
    }
  };
  const keep = (more) => {
    memory = { ...read(), ...more };
    try {
      localStorage.setItem(kept, JSON.stringify(memory));
    } catch {
      return;
    }
  };
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

  const call = async (path, body = null, more = {}) => {
    const headers = { "x-chat-language": settings.language, ...more };
    const { token } = read();
    if (!token && path !== "/session") throw new Error("no visit has begun");
    if (token) headers.authorization = `Bearer ${token}`;
    const isForm = body instanceof FormData;
    if (body && !isForm) headers["content-type"] = "application/json";
    return fetch(`${settings.base}${path}`, {
      method: body ? "POST" : "GET", headers, body: isForm ? body : body && JSON.stringify(body), credentials: "omit",
      cache: "no-store", keepalive: path === "/seen",
    });
  };

  // A token is signed anew each time; what stands before the signature names the visit.
  const visitOf = (token) => (token || "").split(":")[0];

  // The stream of one visit, open while it is wanted: read as it comes; whatever ends it, it goes on from the last line
  // that came.
  const stream = (on, visit) => {
    let stopped = false;
    let wanted = false;
    let running = false;
    let cut = () => {};
    let pause = 500;
    let wake = () => {};
    let after = 0;
    const once = async () => {
      const { token } = read();
      if (visitOf(token) !== visit) {
        on.ended(); // another page of this browser began anew
        return;
      }
      const ending = new AbortController();
      let watch = setTimeout(() => ending.abort(), SILENCE_MS);
      const alive = () => {
        clearTimeout(watch);
        watch = setTimeout(() => ending.abort(), SILENCE_MS);
      };
      cut = () => ending.abort();
      window.addEventListener("offline", cut);
      try {
        const headers = { authorization: `Bearer ${token}`, "last-event-id": String(after) };
        const answer = await fetch(`${settings.base}/events`, { headers, signal: ending.signal, cache: "no-store", credentials: "omit" });
        if (answer.status === 401) {
          on.ended();
          return;
        }
        if (answer.status === 429 || answer.status === 503) pause = LONGEST_PAUSE_MS;
        if (!answer.ok) throw new Error(String(answer.status));
        on.here();
        pause = 500;
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) return;
          alive();
          const events = (rest + value).split("\n\n");
          rest = events.pop();
          events.forEach(heard);
        }
      } finally {
        clearTimeout(watch);
        window.removeEventListener("offline", cut);
      }
    };
    const heard = (text) => {
      const fields = {};
      text.split("\n").forEach((row) => {
        const at = row.indexOf(":");
        if (at > 0) fields[row.slice(0, at)] = row.slice(at + 1).trim();
      });
      if (!fields.event) return;
      const value = JSON.parse(fields.data);
      if (fields.id) after = Math.max(after, Number(fields.id));
      if (fields.event === "closed") on.ended();
      else if (fields.event === "elsewhere") wanted = false; // other pages show the chat: until this one is looked at
      else on[fields.event]?.(value);
    };
    const run = async () => {
      running = true;
      while (!stopped && wanted) {
        try {
          await once();
        } catch (error) {
          if (!stopped && wanted) on.lost(error);
        }
        if (stopped || !wanted) break;
        await new Promise((resolve) => {
          wake = resolve;
          setTimeout(resolve, pause * (0.7 + Math.random() * 0.6));
        });
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
      running = false;
    };
    const want = (now) => {
      wanted = now;
      if (!now) cut();
      wake();
      if (now && !running && !stopped) run();
    };
    window.addEventListener("online", () => {
      pause = 500;
      wake();
    });
    return {
      from: (seq) => (after = seq),
      want,
      stop: () => {
        stopped = true;
        want(false);
      },
    };
  };

  // Messages wait here until they are taken; each keeps the name it was given, so that twice is once.
  const outbox = (on) => {
    const waiting = [];
    let busy = false;
    let timer = 0;
    const keepWords = () => keep({ unsent: waiting.filter((one) => !one.files?.length).map(({ id, text }) => ({ id, text })) });
    const post = async (message) => {
      if (!message.files?.length) return call("/messages", { id: message.id, text: message.text });
      const form = new FormData();
      form.append("id", message.id);
      form.append("text", message.text);
      message.files.forEach((file) => form.append("files", file));
      return call("/messages", form);
    };
    const later = (milliseconds) => {
      clearTimeout(timer);
      timer = setTimeout(pump, milliseconds);
    };
    const refused = async (message, answer) => {
      waiting.shift();
      keepWords();
      const problem = await answer.json().catch(() => ({}));
      const why = problem.findings?.[0]?.message || problem.title || "";
      on.refused(message, why, () => add(message));
    };
    const pump = async () => {
      if (busy || !waiting.length) return;
      busy = true;
      const message = waiting[0];
      try {
        if (!read().token && !(await on.ready())) {
          busy = false;
          return; // whoever begins the visit goes on
        }
        const answer = await post(message);
        if (answer.ok) {
          waiting.shift();
          keepWords();
          on.taken(message);
        } else if (answer.status === 401) {
          on.ended();
        } else if (answer.status >= 500) later(3000);
        else await refused(message, answer);
      } catch {
        later(2000); // no connection: the same again, under the same name
      }
      busy = false;
      if (waiting.length && waiting[0] !== message) pump();
    };
    const go = () => pump();
    const add = (message) => {
      waiting.push(message);
      keepWords();
      pump();
    };
    window.addEventListener("online", pump);
    return { add, go, left: () => read().unsent || [] };
  };
  Object.assign(window.chat, { read, keep, asOwn, fresh, call, visitOf, stream, outbox });
})();
