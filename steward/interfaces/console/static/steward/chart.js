"use strict";
// Draws every [data-chart] from the JSON its attribute names; colours follow the page's theme.
(function () {
  const PALETTE = ["#4263eb", "#2f9e44", "#f08c00", "#0ca678", "#ae3ec9", "#868e96", "#1098ad"];

  function options(data, look) {
    const words = look.color, lines = look.borderTopColor;  // resolved: a canvas knows no variables
    const categories = { type: "category", data: data.labels, axisLabel: { color: words }, axisLine: { lineStyle: { color: lines } } };
    const values = { type: "value", axisLabel: { color: words }, splitLine: { lineStyle: { color: lines } } };
    const isBars = data.kind === "bars";
    return {
      color: PALETTE, animation: false, textStyle: { color: words, fontFamily: "inherit" },
      legend: { type: "scroll", top: 0, textStyle: { color: words } },
      tooltip: { trigger: "axis", renderMode: "richText" },
      grid: { left: 8, right: 12, top: 40, bottom: 8, containLabel: true },
      xAxis: isBars ? Object.assign({}, values, { max: 100 }) : categories,
      yAxis: isBars ? Object.assign({ inverse: true }, categories)
        : [Object.assign({ max: 100 }, values), Object.assign({}, values, { splitLine: { show: false } })],
      series: data.series,
    };
  }

  function draw(place) {
    const source = document.getElementById(place.dataset.chart);
    if (!source || !window.echarts) return;
    const chart = echarts.getInstanceByDom(place) || echarts.init(place);
    chart.setOption(options(JSON.parse(source.textContent), getComputedStyle(place)), true);
  }

  function drawAll() { document.querySelectorAll("[data-chart]").forEach(draw); }

  document.addEventListener("DOMContentLoaded", drawAll);
  window.addEventListener("resize", function () {
    document.querySelectorAll("[data-chart]").forEach(function (place) {
      const chart = window.echarts && echarts.getInstanceByDom(place);
      if (chart) chart.resize();
    });
  });
  new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
