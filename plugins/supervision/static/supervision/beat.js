// Tells the room that this device is still there, and hears whether the paper stands still or has more time.
(() => {
  const here = document.querySelector("[data-beat]");
  if (!here) return;
  const resting = location.pathname.endsWith("/nghi");
  const lost = document.querySelector("[data-lost]");
  const beat = async () => {
    try {
      const answer = await fetch(here.dataset.beat, { method: "POST", credentials: "same-origin" });
      const { state, left } = await answer.json();
      if (lost) lost.hidden = true;
      // Going on, standing still, being handed in: the page itself leads there. What was chosen goes along first.
      if (state === "done" || state === "gone" || (state === "paused") !== resting) {
        const form = document.getElementById("answer");
        const filled = form && [...form.elements].some((f) => (/radio|checkbox/.test(f.type) ? f.checked : !/hidden|submit|button/.test(f.type) && f.value));
        if (state === "paused" && filled) return; // the answer is refused while it stands still: it stays on the screen
        location.reload();
        return;
      }
      if (typeof left === "number") document.dispatchEvent(new CustomEvent("hvs-left", { detail: left }));
    } catch {
      if (lost) lost.hidden = false;
    }
  };
  setInterval(beat, Number(here.dataset.every) * 1000);
  setTimeout(beat, 1500);
})();
