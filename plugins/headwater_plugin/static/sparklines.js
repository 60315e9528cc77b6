/* Draws the small lines of the overview when they come into view: a figure night by night, and its limit. The AST
   interpreter is used because the page's policy forbids eval. What a line tells stands in its label too. */
"use strict";
const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const spec = (points) => ({
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  width: 150,
  height: 28,
  padding: 1,
  background: "transparent",
  data: { values: points.map(([day, value, limit]) => ({ day, value, limit })) },
  encoding: { x: { field: "day", type: "quantitative", axis: null, scale: { zero: false } } },
  layer: [
    {
      mark: { type: "line", strokeWidth: 1.5, color: ink("--blue") },
      encoding: { y: { field: "value", type: "quantitative", axis: null, scale: { zero: false } } },
    },
    {
      mark: { type: "line", strokeWidth: 1, strokeDash: [3, 3], color: ink("--bad") },
      encoding: { y: { field: "limit", type: "quantitative" } },
    },
  ],
  config: { view: { stroke: null } },
});
const draw = async (place) => {
  try {
    await vegaEmbed(place, spec(JSON.parse(place.dataset.spark)), { actions: false, ast: true, renderer: "svg", tooltip: false });
  } catch {
    place.textContent = "";
  }
};
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((each) => each.isIntersecting)) {
    seen.unobserve(entry.target);
    draw(entry.target);
  }
});
document.querySelectorAll("[data-spark]").forEach((place) => seen.observe(place));
document.addEventListener("headwater:theme", () => document.querySelectorAll("[data-spark]").forEach((place) => seen.observe(place)));
