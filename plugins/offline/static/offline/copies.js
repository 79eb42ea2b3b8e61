// What is done on a page that was taken along: it is judged here, kept here, and sent by outbox.js.
(() => {
  const { who, each, queue, all, put } = self.outbox;

  // Progress on copies comes from the phone alone.
  const mark = async () => {
    const names = new Set((await all("done")).map((row) => row.name));
    each("[data-mark]", (row) => {
      if (!names.has(`${who()}|${row.dataset.mark}`)) return;
      row.classList.add("done");
      each("[data-offline=done]", (piece) => { piece.hidden = false; }, row);
    });
  };

  const values = (form) => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (name !== "return_to" && name !== "token") (fields[name] = fields[name] || []).push(String(value));
    }
    return fields;
  };
  const judge = (form, fields) => {
    const answers = JSON.parse(form.dataset.answers);
    const chosen = Object.values(fields).flat();
    if (!chosen.some(Boolean)) return false;
    const told = form.querySelectorAll("template")[answers[chosen.join(",")] || 0];
    each(".feedback", (old) => old.remove(), form);
    told.before(told.content.cloneNode(true));
    form.querySelector(".feedback").focus();
    if ("right" in told.dataset) each("button", (button) => button.remove(), form);
    return true;
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.outbox) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const fields = values(form);
    const says = JSON.parse(form.dataset.says || "{}");
    if (form.dataset.answers) {
      if (judge(form, fields)) await queue(form.dataset.outbox, { ...says, fields });
      return;
    }
    for (const name of Object.keys(fields)) says[name] = fields[name][0];
    await queue(form.dataset.outbox, says);
    if (form.dataset.done) await put("done", { name: `${who()}|${form.dataset.done}` });
    const kept = form.querySelector("template[data-kept]");
    if (form.dataset.next) location.assign(form.dataset.next);
    else if (kept) {
      const box = kept.content.cloneNode(true);
      each(`button[form="${form.id}"]`, (button) => button.remove());
      form.replaceWith(box);
    }
  }, true);

  // How far it was read: kept on leaving, where it is news; the furthest place counts.
  const reading = document.querySelector("[data-place-says]");
  if (reading && self.IntersectionObserver) {
    const blocks = [...reading.querySelectorAll(".block")];
    let furthest = 0;
    let told = 0;
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) furthest = Math.max(furthest, blocks.indexOf(entry.target));
    });
    blocks.forEach((block) => seen.observe(block));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden || furthest <= told) return;
      told = furthest;
      queue("lesson.place", { ...JSON.parse(reading.dataset.placeSays), block: blocks[furthest].id });
    });
  }

  // The reader's text size and contrast: a copy was drawn for nobody in particular.
  for (const [cookie, name] of [["size", "text"], ["contrast", "contrast"]]) {
    const kept = new RegExp(`(?:^|; )${cookie}=(\\w+)`).exec(document.cookie);
    if (kept) document.documentElement.dataset[name] = kept[1];
  }
  const sizes = ["", "lg", "xl"];
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-textsize]")) return;
    event.preventDefault();
    const { dataset } = document.documentElement;
    const next = sizes[(sizes.indexOf(dataset.text || "") + 1) % sizes.length];
    if (next) dataset.text = next;
    else delete dataset.text;
    document.cookie = `size=${next}; path=/; samesite=lax; max-age=${next ? 31536000 : 0}`;
  });
  // From where a page that belongs to no course was opened, and goes back to.
  const asked = new URLSearchParams(location.search);
  const from = asked.get("return_to") || (asked.get("course") && `/khoa-hoc/${asked.get("course")}`);
  if (from && /^\/(?!\/)/.test(from)) {
    const own = location.pathname.split("/").slice(0, 3).join("/");
    each("main a, .focus-top a:not([data-textsize]), .dock a", (link) => {
      if (link.pathname === "/") link.href = from;
      else if (link.pathname.startsWith(own)) link.search = location.search;
    });
  }
  each("[data-offline=nobody]", (piece) => { piece.hidden = Boolean(who()); });
  mark().catch(() => {});
})();
