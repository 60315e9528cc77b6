/* Draws the charts of a Data Docs page. The AST interpreter is used because the page's policy forbids eval. */
"use strict";
for (const figure of document.querySelectorAll("figure[data-vega]")) {
  const options = { actions: false, ast: true, renderer: "svg", tooltip: true };
  vegaEmbed(figure, JSON.parse(figure.dataset.vega), options).catch(() => {
    figure.textContent = "This picture could not be drawn; the sentence above tells the same.";
  });
}
