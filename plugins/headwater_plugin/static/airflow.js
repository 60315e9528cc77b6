/* Makes a page one of Airflow's: its theme, its time zone, and links that move Airflow itself and not the frame inside
   it. Everything works without: then the theme is the system's, and times are UTC. */
"use strict";
const airflow = (() => {
  try {
    return window.parent !== window && window.parent.location.origin === window.location.origin ? window.parent : null;
  } catch {
    return null; // another site's frame: its pages are none of our business
  }
})();
const kept = (name) => {
  try {
    return window.localStorage.getItem(name);
  } catch {
    return null; // storage is switched off
  }
};
const theme = () => {
  const outer = airflow?.document.documentElement.classList;
  for (const name of ["dark", "light"]) {
    if (outer?.contains(name) || (!outer && kept("theme") === name)) return name;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
};
const dress = () => {
  const root = document.documentElement;
  if (root.dataset.theme === theme()) return;
  root.dataset.theme = theme();
  document.dispatchEvent(new CustomEvent("headwater:theme"));
};
const zone = () => {
  try {
    return JSON.parse(kept("timezone")) ?? undefined;
  } catch {
    return undefined;
  }
};
const tell = (place) => {
  const asked = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false };
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", { ...asked, timeZone: zone(), timeZoneName: "short" })
      .formatToParts(new Date(place.dateTime))
      .map((part) => [part.type, part.value]),
  );
  place.title = place.textContent;
  place.textContent = `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute} ${parts.timeZoneName}`;
};
/* The frame may not navigate Airflow; Airflow's own router follows its history. */
const go = (event) => {
  const link = event.target.closest?.("a[data-airflow]");
  if (!link || !airflow || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  airflow.history.pushState(null, "", new URL(link.getAttribute("href"), window.location.href).pathname);
  airflow.dispatchEvent(new airflow.PopStateEvent("popstate", { state: null }));
};
dress();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);
if (airflow) new MutationObserver(dress).observe(airflow.document.documentElement, { attributeFilter: ["class"] });
document.addEventListener("click", go);
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("time[datetime]").forEach(tell));
