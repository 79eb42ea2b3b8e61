// Keeps the room's board as it is now, without taking away what is being typed elsewhere on the page.
(() => {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const told = document.querySelector("[data-told]");
  let late = 0;
  const look = async () => {
    if (document.hidden) return;
    const open = document.activeElement && board.contains(document.activeElement) ? document.activeElement.id : "";
    try {
      const answer = await fetch(board.dataset.board, { credentials: "same-origin", headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      board.innerHTML = await answer.text();
      if (open) document.getElementById(open)?.focus({ preventScroll: true });
      late = 0;
    } catch {
      late += 1;
    }
    if (told) told.hidden = late < 2;
  };
  setInterval(look, Number(board.dataset.every) * 1000);
  document.addEventListener("visibilitychange", look);
})();
