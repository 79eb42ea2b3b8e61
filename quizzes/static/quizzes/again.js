// Looks every two seconds how far the papers are, and opens the page anew when it is done.
(() => {
  const look = async () => {
    const box = document.getElementById("progress");
    try {
      const answer = await fetch(box.dataset.again, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("progress");
      if (answer.ok && !fresh) return location.reload();
      if (fresh) box.replaceWith(document.adoptNode(fresh));
    } catch {
      // The line is down for a moment; the next look may find it up.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();
