// Keys: G then a letter goes to a page, / and Ctrl+K search, ? helps, J/K move over rows. Off while typing or composing.
(() => {
  const help = document.getElementById("keys-help");
  const GO_WITHIN_MS = 1500;
  let goUntil = 0;

  steward.showKeys = async () => {
    const answer = await fetch(document.body.dataset.keysUrl);
    if (!answer.ok) return;
    help.innerHTML = await answer.text();
    help.showModal();
  };
  help.addEventListener("click", (event) => {
    if (event.target === help || event.target.closest("[data-close]")) help.close();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-help]")) steward.showKeys();
  });

  const moveRow = (step) => {
    const rows = [...document.querySelectorAll("main [data-href]")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement?.closest("[data-href]"));
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    next.setAttribute("tabindex", "0");
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (steward.isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (Date.now() < goUntil) {
      goUntil = 0;
      const place = document.querySelector(`#menu [data-key="${CSS.escape(key)}"]`);
      if (place) {
        event.preventDefault();
        location.href = place.href;
      }
      return;
    }
    if (key === "g") goUntil = Date.now() + GO_WITHIN_MS;
    else if (event.key === "?") steward.showKeys();
    else if (event.key === "/") {
      event.preventDefault();
      steward.openPalette();
    } else if (key === "j") moveRow(1);
    else if (key === "k") moveRow(-1);
    else if (event.key === "Enter" && document.activeElement?.matches("[data-href]")) {
      const row = document.activeElement;
      if (!steward.openRow?.(row)) location.href = row.dataset.href;
    }
  });
})();
