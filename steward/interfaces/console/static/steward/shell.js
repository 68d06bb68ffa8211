// Toasts, look, copy buttons, rows that open: what every page has.
const steward = (window.steward = {});
steward.texts = JSON.parse(document.getElementById("shell-texts").textContent);
steward.csrf = () => JSON.parse(document.body.getAttribute("hx-headers:inherited"))["x-csrftoken"];
steward.post = (url, fields) =>
  fetch(url, { method: "POST", headers: { "x-csrftoken": steward.csrf() }, body: new URLSearchParams(fields) });
steward.isTyping = (event) =>
  event.isComposing || event.keyCode === 229 || !!event.target.closest?.("input, textarea, select, [contenteditable=true]");

// Toasts -------------------------------------------------------------------------------------------------------------
const toasts = document.getElementById("toasts");
const QUIET_MS = 5000;
const ERROR_MS = 12000;
const leaveLater = (toast) => {
  const stay = ["danger", "error"].includes(toast.dataset.tone) ? ERROR_MS : QUIET_MS;
  setTimeout(() => toast.remove(), stay);
};
steward.toast = (text, tone = "success") => {
  const toast = document.createElement("div");
  toast.className = "sw-toast";
  toast.dataset.tone = tone;
  toast.setAttribute("role", tone === "danger" ? "alert" : "status");
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", steward.texts.close);
  toast.append(words, close);
  toasts.append(toast);
  leaveLater(toast);
};
toasts.querySelectorAll(".sw-toast").forEach(leaveLater);
toasts.addEventListener("click", (event) => event.target.closest(".btn-close")?.closest(".sw-toast").remove());
document.addEventListener("toast", (event) => steward.toast(event.detail.text, event.detail.tone));
document.addEventListener("htmx:error", () => steward.toast(steward.texts.failed, "danger"));
document.addEventListener("htmx:response:error", (event) => {
  const answer = event.detail.ctx?.response;
  if (answer?.status >= 500) steward.toast(steward.texts.failed, "danger");
});

// Look ---------------------------------------------------------------------------------------------------------------
const LOOKS = ["auto", "light", "dark"];
const nameLook = () => {
  const look = document.documentElement.dataset.theme;
  document.querySelectorAll("[data-theme-switch]").forEach((button) => {
    button.title = button.dataset[`label${look[0].toUpperCase()}${look.slice(1)}`];
    button.setAttribute("aria-label", button.title);
  });
};
steward.nextLook = () => {
  const root = document.documentElement;
  root.dataset.theme = LOOKS[(LOOKS.indexOf(root.dataset.theme) + 1) % LOOKS.length];
  nameLook();
  if (document.body.dataset.themeUrl) steward.post(document.body.dataset.themeUrl, { theme: root.dataset.theme });
};
nameLook();

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) steward.nextLook();
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const source = document.querySelector(copy.dataset.copy);
    navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    steward.toast(steward.texts.copied);
  }
  const row = event.target.closest("[data-href]");
  if (row && !event.target.closest("a, button, input, label, select, textarea, .dropdown-menu")) {
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href);
    else if (!steward.openRow?.(row)) location.href = row.dataset.href;
  }
});

// Fields that submit their form when they change ----------------------------------------------------------------------
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});
