// Counts down the time of a paper. The server's clock decides; without this script the page says until when.
(() => {
  const box = document.querySelector("[data-clock]");
  if (!box) return;
  const words = box.querySelector("[data-words]");
  const aloud = box.querySelector("[data-aloud]");
  const { minutes, seconds, soon, last, over } = box.dataset;
  // Not the phone's time of day, which may be wrong or set back: how long this page has been open.
  let end = performance.now() + 1000 * Number(box.dataset.left);
  let next;
  const form = document.getElementById("answer");
  const filled = (field) => (/radio|checkbox/.test(field.type) ? field.checked : !/hidden|submit|button/.test(field.type) && field.value);
  let told = "";
  const tell = (text) => {
    if (text && text !== told) aloud.textContent = told = text;
  };
  const count = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    words.textContent = left === 0 ? over : (left < 60 ? seconds : minutes).replace("{n}", left < 60 ? left : Math.ceil(left / 60));
    box.classList.toggle("tag-wait", left <= 300 && left > 60);
    box.classList.toggle("tag-bad", left <= 60);
    tell(left === 0 ? over : left <= 60 ? last : left <= 300 ? soon : "");
    if (left === 0) {
      // What was chosen on the screen goes along, once: a page that comes back has no time left from the start.
      if (form && Number(box.dataset.left) > 0 && [...form.elements].some(filled)) form.requestSubmit();
      return;
    }
    next = setTimeout(count, left <= 61 ? 1000 : 5000);
  };
  count();
  // Whoever supervises gave more time meanwhile.
  document.addEventListener("hvs-left", ({ detail }) => {
    clearTimeout(next);
    end = performance.now() + 1000 * detail;
    count();
  });
})();
