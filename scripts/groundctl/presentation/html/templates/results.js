"use strict";
const tools = document.getElementById("tools");
if (tools) {
  const list = document.getElementById("cards");
  const cards = [...list.children];
  const order = document.getElementById("order");
  const shown = document.getElementById("shown");
  const show = () => {
    const label = new FormData(tools).get("label");
    let number = 0;
    for (const card of cards) {
      card.hidden = label !== "all" && card.dataset.label !== label;
      if (card.hidden) card.querySelector("video")?.pause(); else number += 1;
    }
    shown.textContent = number === cards.length ? `${number} shown` : `${number} of ${cards.length} shown`;
  };
  order.addEventListener("change", () => {
    const by = order.value;
    cards.sort((a, b) => a.dataset[by] - b.dataset[by] || a.dataset.position - b.dataset.position);
    list.append(...cards);
  });
  tools.addEventListener("change", show);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.hidden = false;
  show();
  // Browsers keep only a few players: load a clip while it is near the viewport, and unload it afterwards.
  const near = new IntersectionObserver((entries) => {
    for (const { target: video, isIntersecting } of entries) {
      if (isIntersecting) {
        if (!video.hasAttribute("src")) video.src = video.dataset.src;
        video.preload = "metadata";
      } else if (video.paused && video.currentTime === 0) {
        video.removeAttribute("src");
        video.preload = "none";
        video.load();
      }
    }
  }, { rootMargin: "50%" });
  for (const video of list.querySelectorAll("video")) {
    video.dataset.src = video.getAttribute("src");
    near.observe(video);
  }
}
