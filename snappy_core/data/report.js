"use strict";
const items = [...document.querySelectorAll("li")];
let current = -1;
// The region that answers, then others that its text comes from or goes on in.
const boxesOf = (item) => [...document.querySelectorAll(`#${item.dataset.box}, [id^="${item.dataset.box}-"]`)]
  .sort((a, b) => a.id.length - b.id.length);
function select(index, scroll) {
  if (!items.length) return;
  current = Math.min(Math.max(index, 0), items.length - 1);
  document.querySelectorAll(".on").forEach((element) => element.classList.remove("on"));
  const item = items[current];
  item.classList.add("on");
  const boxes = boxesOf(item);
  for (const box of boxes) {
    box.classList.add("on");
    box.parentNode.append(box);
  }
  if (scroll && boxes.length) boxes[0].scrollIntoView({ block: "center" });
  if (scroll) {
    item.querySelector("a").focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }
}
items.forEach((item, index) => {
  item.addEventListener("click", (event) => { event.preventDefault(); select(index, true); });
  item.addEventListener("mouseenter", () => select(index, false));
  for (const box of boxesOf(item)) box.addEventListener("click", () => select(index, true));
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) { event.preventDefault(); select(current + step, true); }
});
select(0, false);
const pages = document.querySelector(".pages");
const first = items.length && boxesOf(items[0])[0];
if (first && pages.scrollHeight > pages.clientHeight + 1) {
  pages.scrollTop += first.getBoundingClientRect().top - innerHeight / 2;
}
