// Approvals: N goes on to the next that waits; the first field to be typed has the cursor.
(() => {
  document.querySelector("[data-first]")?.focus();
  document.addEventListener("keydown", (event) => {
    if (steward.isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() !== "n" || document.querySelector("dialog[open]")) return;
    document.querySelector("[data-next]")?.click();
  });
})();
