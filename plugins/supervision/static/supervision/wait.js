// Looks again by itself, so that nobody has to press anything while the room waits. Fetches first: no page is lost.
(() => {
  const here = document.querySelector("[data-again]");
  if (!here) return;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (answer.ok && !(await answer.text()).includes("data-again")) location.reload();
    } catch {
      // no network: once more in a moment
    }
  }, Number(here.dataset.again) * 1000);
})();
