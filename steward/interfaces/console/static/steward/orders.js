// Orders: ticks and the bar below, A approves the row under the cursor (or the order that is open).
(() => {
  const ticks = () => [...document.querySelectorAll("[data-tick]")];
  const showBar = () => {
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    const count = ticks().filter((tick) => tick.checked).length;
    bar.hidden = count === 0;
    bar.querySelector("[data-bulk-count]").textContent = count;
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-tick-all]")) ticks().forEach((tick) => (tick.checked = event.target.checked));
    if (event.target.matches("[data-tick], [data-tick-all]")) showBar();
  });
  document.addEventListener("htmx:after:swap", showBar);

  const approveRow = (row) => {
    const form = document.getElementById("order-bulk");
    if (!form || !document.querySelector('[data-bulk] [value="approve"]')) return;
    ticks().forEach((tick) => (tick.checked = tick.value === row.dataset.order));
    form.requestSubmit(document.querySelector('[data-bulk] [value="approve"]'));
  };
  document.addEventListener("keydown", (event) => {
    if (steward.isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key.toLowerCase() === "x") {
      const tick = document.activeElement?.closest("[data-order]")?.querySelector("[data-tick]");
      if (tick) tick.click();
    }
    if (event.key.toLowerCase() !== "a") return;
    const row = document.activeElement?.closest("[data-order]");
    if (row) approveRow(row);
    else document.querySelector("[data-approve]")?.click();
  });
})();
