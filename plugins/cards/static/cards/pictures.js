// The four pictures are pressed without a page in between; the fourth sends them. Without script each press is a page.
(() => {
  const form = document.querySelector("form[data-pictures]");
  if (!form) return;
  const chosen = form.elements.chosen;
  const dots = [...document.querySelectorAll(".dots i")];
  const shown = document.querySelector("[data-shown]");
  const pressed = chosen.value ? chosen.value.split("-") : [];
  form.addEventListener("click", (event) => {
    const tile = event.target.closest("button[name=picture]");
    if (!tile || pressed.length >= dots.length) return;
    event.preventDefault();
    pressed.push(tile.value);
    chosen.value = pressed.join("-");
    dots.forEach((dot, n) => dot.classList.toggle("on", n < pressed.length));
    if (shown) shown.append(tile.querySelector("svg").cloneNode(true));
    if (pressed.length === dots.length) form.submit();
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
