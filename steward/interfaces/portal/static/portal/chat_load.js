// The one line a shop puts on its pages loads this: it makes a frame of our own and does nothing else to the page.
// It needs of the page's content policy only script-src and frame-src for our origin; styles are set on the object.
(() => {
  const me = document.currentScript;
  if (!me || window.stewardChat) return;
  const address = new URL(me.src);
  const code = address.pathname.split("/").pop().replace(/\.js$/, "");
  const SMALL = 480;
  const language = me.dataset.lang || document.documentElement.lang || "";
  const frame = document.createElement("iframe");
  let open = false;
  let overflow = "";

  const style = (wanted) => Object.assign(frame.style, wanted);
  const place = () => {
    const full = open && window.innerWidth <= SMALL;
    style({
      position: "fixed", zIndex: "2147483000", border: "0", background: "transparent", colorScheme: "light",
      inset: full ? "0" : "auto 12px 12px auto", maxWidth: "100%", maxHeight: "100%", display: "block",
      width: full ? "100%" : open ? "376px" : "76px", height: full ? "100%" : open ? "576px" : "76px",
    });
    const root = document.documentElement;
    if (full) root.style.overflow = "hidden";
    else if (root.style.overflow === "hidden") root.style.overflow = overflow;
  };
  const tell = (what, more = {}) => frame.contentWindow.postMessage({ steward: "chat", what, ...more }, address.origin);
  const page = () => ({
    page: location.href, title: document.title, referrer: document.referrer, language, small: window.innerWidth <= SMALL,
    pass: me.dataset.pass || "", // our own pages alone have one: who is signed in there
  });

  frame.title = "Chat";
  frame.src = `${address.origin}/chat/${code}${language ? `?lang=${encodeURIComponent(language)}` : ""}`;
  frame.allow = "";
  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== address.origin || event.data?.steward !== "chat") return;
    const { what, title } = event.data;
    if (title) frame.title = title;
    if (what === "ready") tell("page", page());
    if (what !== "open" && what !== "close") return;
    open = what === "open";
    place();
    tell("page", page());
  });
  window.addEventListener("resize", place);
  window.stewardChat = { open: () => tell("open"), close: () => tell("close") };
  const begin = () => {
    overflow = document.documentElement.style.overflow;
    place();
    document.body.append(frame);
  };
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
