// The page works without this: it adds what a pointer and an open window can have on top.
"use strict";
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
const ACROSS = 10000;

// -- filter: rows whose text holds every word that is typed
function filter(box) {
  const words = box.value.toLowerCase().split(/\s+/);
  let shown = 0;
  each(`#${box.dataset.rows} > tbody > tr`, (row) => {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    shown += !row.hidden;
  });
  document.getElementById(`${box.dataset.rows}-none`).hidden = shown > 0;
}

function wake() {
  each(".filter", (label) => { label.hidden = false; });
  each("input[data-rows]", (box) => box.value && filter(box));
}

document.addEventListener("input", (event) => {
  if (event.target.dataset.rows) filter(event.target);
});

// -- form: the URL holds the view, and only what was chosen
document.addEventListener("change", (event) => {
  if (event.target.matches("#view select")) event.target.form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  const fields = [...event.target.elements].filter((field) => field.name && !field.value);
  fields.forEach((field) => { field.disabled = true; });
  setTimeout(() => fields.forEach((field) => { field.disabled = false; }));
});

// Back to a page that was kept as it was left: its fields say again what it shows.
addEventListener("pageshow", (event) => { if (event.persisted) each("#view", (form) => form.reset()); });

// -- tooltip: the row of the table of numbers that belongs to the window under the pointer
const tip = document.getElementById("tip");

function plotOf(chart) {
  return chart.querySelector(".plot").getBoundingClientRect();
}

function across(chart, event) {
  const box = plotOf(chart);
  return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * ACROSS;
}

function nearest(chart, event) {
  const places = chart.dataset.x.split(" ").map(Number);
  const at = across(chart, event);
  let best = places.length - 1;
  places.forEach((place, n) => { if (Math.abs(place - at) < Math.abs(places[best] - at)) best = n; });
  return { at: places[best], fromEnd: places.length - best };
}

function mark(chart, kind, attributes) {
  const space = "http://www.w3.org/2000/svg";
  const shape = chart.querySelector(`.${kind}`) || chart.appendChild(document.createElementNS(space, kind === "cross" ? "line" : "rect"));
  for (const [name, value] of Object.entries({ class: kind, ...attributes })) shape.setAttribute(name, value);
}

function tell(row, event) {
  const heads = [...row.closest("table").tHead.rows[0].cells].map((cell) => cell.textContent);
  tip.replaceChildren();
  [...row.cells].forEach((cell, n) => {
    if (!cell.textContent.trim()) return;
    const line = tip.appendChild(document.createElement(n ? "span" : "b"));
    line.textContent = n ? `${heads[n]} ${cell.textContent}` : cell.textContent;
  });
  tip.hidden = false;
  const left = event.clientX + 16 + tip.offsetWidth > innerWidth ? event.clientX - 16 - tip.offsetWidth : event.clientX + 16;
  tip.style.left = `${Math.max(left, 4)}px`;
  tip.style.top = `${Math.max(Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8), 4)}px`;
}

function hush() {
  tip.hidden = true;
  each(".cross", (line) => line.remove());
}

function point(event) {
  const chart = event.target.closest && event.target.closest(".stack .chart");
  if (!chart || !chart.dataset.x) return hush();
  const stack = chart.closest(".stack");
  const rows = document.getElementById(stack.dataset.table).tBodies[0].rows;
  const found = nearest(chart, event);
  const row = rows[rows.length - found.fromEnd];
  if (!row) return hush();
  stack.querySelectorAll(".chart").forEach((each) => {
    const box = each.getBoundingClientRect(), plot = plotOf(each);
    const x = `${found.at / 100}%`;
    mark(each, "cross", { x1: x, x2: x, y1: plot.top - box.top, y2: plot.bottom - box.top });
  });
  tell(row, event);
}
document.addEventListener("pointermove", point);
document.addEventListener("pointerleave", hush);
document.addEventListener("scroll", hush, { passive: true });

// -- brush: a stretch dragged over a chart becomes the span of the URL, and the server draws it anew
let brush = null;

document.addEventListener("pointerdown", (event) => {
  const chart = event.target.closest && event.target.closest(".stack .chart");
  if (chart && event.button === 0 && event.pointerType === "mouse") brush = { chart, from: across(chart, event), to: null };
});
document.addEventListener("pointermove", (event) => {
  if (!brush) return;
  brush.to = across(brush.chart, event);
  const box = brush.chart.getBoundingClientRect(), plot = plotOf(brush.chart);
  const [left, right] = [brush.from, brush.to].sort((a, b) => a - b);
  mark(brush.chart, "brush", { x: `${left / 100}%`, width: `${(right - left) / 100}%`, y: plot.top - box.top, height: plot.height });
});
document.addEventListener("pointerup", () => {
  if (!brush) return;
  const { chart, from, to } = brush;
  brush = null;
  each(".brush", (shape) => shape.remove());
  if (to === null || Math.abs(to - from) < 100) return;
  const { start, end, step } = chart.closest(".stack").dataset;
  const moment = (place, round) => round((Number(start) + (place / ACROSS) * (end - start)) / step) * step;
  const form = document.getElementById("view"), days = step % 86400 === 0;
  const text = (seconds) => new Date(seconds * 1000).toISOString().slice(0, days ? 10 : 16);
  form.elements.from.value = text(moment(Math.min(from, to), Math.floor));
  form.elements.to.value = text(moment(Math.max(from, to), Math.ceil));
  form.requestSubmit();
});

// -- live: ask every 15 s whether the page has changed, and swap what is in it
const live = document.getElementById("live");
let known = null;

function busy() {
  const field = document.activeElement;
  const typed = [...document.querySelectorAll(".mark input[type=text]")].some((box) => box.value !== box.defaultValue);
  return brush || typed || (field && field.matches("input, select") && field.closest("main")) || !getSelection().isCollapsed;
}

function swap(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const open = [...document.querySelectorAll("details[open]")].map((box) => box.id);
  const typed = [...document.querySelectorAll("input[data-rows]")].map((box) => [box.id, box.value]);
  const rolled = [...document.querySelectorAll(".scroll")].map((box) => box.scrollTop);
  hush();
  document.title = fresh.title;
  document.getElementById("main").replaceWith(document.adoptNode(fresh.getElementById("main")));
  open.forEach((id) => { const box = id && document.getElementById(id); if (box) box.open = true; });
  typed.forEach(([id, value]) => { const box = document.getElementById(id); if (box) box.value = value; });
  each(".scroll", (box) => { box.scrollTop = rolled.shift() || 0; });
  wake();
}

async function refresh() {
  if (document.hidden || busy()) return;
  try {
    const answer = await fetch(location.href, { cache: "no-cache" });
    if (!answer.ok) throw new Error(answer.statusText);
    const tag = answer.headers.get("etag");
    if (tag !== known && !busy()) {
      swap(await answer.text());
      known = tag;
    }
    live.textContent = live.dataset.says;
    live.classList.remove("lost");
  } catch {
    live.textContent = "no answer, trying again";
    live.classList.add("lost");
  }
}

wake();
if ("live" in document.getElementById("main").dataset) {
  live.hidden = false;
  setInterval(refresh, 15000);
  document.addEventListener("visibilitychange", refresh);
}
