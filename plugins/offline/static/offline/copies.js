// What is done on a page that was taken along: it is judged here, kept here, and sent by outbox.js.
(() => {
  const { who, each, queue, all, put, drop } = self.outbox;

  // What was learnt, on this phone or anywhere else before it was last here; and the way on from there.
  const mark = async () => {
    const rows = new Map((await all("done")).map((row) => [row.name, row]));
    const open = [];
    each("[data-mark]", (row) => {
      const done = rows.has(`${who()}|${row.dataset.mark}`);
      if (!done) { if (row.querySelector("a")) open.push(row); return; }
      row.classList.add("done");
      each("[data-offline=done]", (piece) => { piece.hidden = false; }, row);
    });
    const begun = open.length && document.querySelector("[data-offline=next]");
    if (!begun) return;
    const left = rows.get(`${who()}|${begun.dataset.course}|left`);
    const stopped = left && open.find((row) => row.dataset.mark.endsWith(`/${left.kind}/${left.slug}`));
    if (!stopped && !document.querySelector("[data-mark].done")) return;
    const next = stopped || open[0];
    each("a", (link) => { link.href = next.querySelector("a").pathname + (stopped && left.place ? `#${left.place}` : ""); }, begun);
    each("[data-fill=next]", (hole) => { hole.textContent = next.querySelector("b").textContent; }, begun);
    begun.hidden = false;
  };

  const values = (form) => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (name !== "return_to" && name !== "token") (fields[name] = fields[name] || []).push(String(value));
    }
    return fields;
  };
  // What was typed by its letters and digits alone, without marks; i and y as one where they are (quizzes/items/worded.py).
  const folded = (typed) => typed.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, " ").replace(/(qu|[bcdghklmnpqrstvx])y(?![a-z0-9])/g, "$1i").replace(/ /g, "");
  const judge = (form, fields) => {
    const answers = JSON.parse(form.dataset.answers);
    const chosen = Object.values(fields).flat();
    if (!chosen.some(Boolean)) return false;
    const key = form.dataset.rule === "typed" ? folded(chosen.join(" ")) : chosen.join(",");
    const told = form.querySelectorAll("template")[answers[key] || 0];
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
    if (form.dataset.done && who()) {
      await put("done", { name: `${who()}|${form.dataset.done}` });
      await drop("done", `${who()}|${form.dataset.done.split("/")[0]}|left`);
    }
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
      const says = JSON.parse(reading.dataset.placeSays);
      queue("lesson.place", { ...says, block: blocks[furthest].id });
      if (who()) put("done", { name: `${who()}|${says.course}|left`, kind: "lesson", slug: says.lesson, place: blocks[furthest].id });
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
