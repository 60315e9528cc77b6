/* Draws the pictures of a batch's page, each when its fold is opened, in the colours of the theme. The AST interpreter
   is used because the page's policy forbids eval. A picture that cannot be drawn costs itself only. */
"use strict";
/* What charts are made with, for a white ground, and the theme's own colours in their place. */
const INKS = { "#1b2430": "--ink", "#5b6776": "--soft", "#dfe4ea": "--line" };
const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
/* Data is left alone: a name may look like a colour. */
const dressed = (part, key = "") => {
  if (key === "data" || part === null) return part;
  if (Array.isArray(part)) return part.map((each) => dressed(each));
  if (typeof part === "object") return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, dressed(each, name)]));
  return typeof part === "string" && part in INKS ? ink(INKS[part]) : part;
};
const draw = async (figure) => {
  try {
    const chart = { ...dressed(JSON.parse(figure.dataset.vega)), background: "transparent", description: figure.dataset.label };
    await vegaEmbed(figure, chart, { actions: false, ast: true, renderer: "svg", tooltip: true });
  } catch {
    figure.textContent = "This picture could not be drawn; the words beside it tell the same.";
  }
};
const figures = [...document.querySelectorAll("figure[data-vega]")];
const isOpen = (figure) => figure.closest("details")?.open ?? true;
for (const figure of figures) {
  if (isOpen(figure)) draw(figure);
  figure.closest("details")?.addEventListener("toggle", () => {
    if (isOpen(figure)) draw(figure);
  });
}
document.addEventListener("headwater:theme", () => figures.filter(isOpen).forEach(draw));
