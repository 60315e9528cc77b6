/* Draws the charts of a Data Docs page, each when its fold is first opened. The AST interpreter is used because the
   page's policy forbids eval. A chart that cannot be drawn costs itself only. */
"use strict";
const options = { actions: false, ast: true, renderer: "svg", tooltip: true };
const draw = async (figure) => {
  try {
    await vegaEmbed(figure, JSON.parse(figure.dataset.vega), options);
  } catch {
    figure.textContent = "This picture could not be drawn; the sentence above tells the same.";
  }
};
for (const figure of document.querySelectorAll("figure[data-vega]")) {
  const fold = figure.closest("details");
  if (fold === null || fold.open) {
    draw(figure);
  } else {
    fold.addEventListener("toggle", () => draw(figure), { once: true });
  }
}
