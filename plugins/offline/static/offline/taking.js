//= offline/outbox.js
// Taking courses along: fetched piece by piece into this phone's own room, gone on with after a break, given back.
(() => {
  const { hex, each, show, all, put, drop, learn } = self.outbox;
  const COURSE = "hv-course:";
  const find = (what, place) => place.querySelector(what);
  const lang = document.documentElement.lang === "en" ? "en" : "vi";
  const size = (bytes) => (bytes < 900000
    ? `${Math.max(1, Math.round(bytes / 1000))}\u00a0KB`
    : `${(bytes / 1e6).toLocaleString(lang, { maximumFractionDigits: 1 })}\u00a0MB`);

  class Stop extends Error {
    constructor(name, fill) { super(name); this.fill = fill; this.name = name; }
  }
  const digest = async (body) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));
  const fetched = async (file, signal, cache) => {
    const answer = await fetch(file.url, { signal, cache });
    if (!answer.ok) throw new Stop("failed");
    const body = await answer.arrayBuffer();
    if ((await digest(body)) !== file.sha256) return null;
    const headers = new Headers(answer.headers);
    headers.delete("Content-Encoding");
    headers.delete("Content-Length");
    headers.delete("Set-Cookie");
    return new Response(body, { headers });
  };
  const take = async (plan, film, signal, progress) => {
    const files = plan.files.filter((file) => film || !file.film);
    const total = files.reduce((sum, file) => sum + file.bytes, 0);
    const name = `${COURSE}${plan.course}:${plan.rev}`;
    const cache = await caches.open(name);
    const missing = [];
    let done = 0;
    for (const file of files) {
      const at = file.page || file.url;
      // What an older revision has of pictures and sound, which are called after their content, is not fetched again.
      const held = (await cache.match(at)) || (file.page ? null : await caches.match(at));
      if (!held) missing.push(file);
      else {
        await cache.put(at, held.clone());
        done += file.bytes;
      }
    }
    const room = navigator.storage && navigator.storage.estimate && (await navigator.storage.estimate());
    const [need, free] = [1.2 * (total - done), room ? room.quota - room.usage : Infinity];
    if (need > free) throw new Stop("room", { need: size(need), free: size(free), more: size(need - free) });
    progress(done, total);
    let broken = false;
    const next = async () => {
      for (let file = missing.shift(); file && !broken; file = missing.shift()) {
        const got = (await fetched(file, signal, file.page ? "no-cache" : "default")) || (await fetched(file, signal, "reload"));
        if (!got) throw new Stop("changed");
        await cache.put(file.page || file.url, got);
        done += file.bytes;
        if (!broken) progress(done, total);
      }
    };
    // The first that fails ends all three: one that came home later would say again that it is running.
    const line = () => next().catch((error) => { broken = true; throw error; });
    await Promise.all([line(), line(), line()]);
    await cache.put("/offline/whole", new Response(plan.rev));
    for (const other of await caches.keys()) {
      if (other.startsWith(`${COURSE}${plan.course}:`) && other !== name) await caches.delete(other);
    }
    const { course, title, rev, format, ui } = plan;
    await put("courses", { course, title, rev, format, ui, lang: plan.lang, bytes: total, film, at: Date.now() });
    await learn(course).catch(() => {});
  };
  const forget = async (course) => {
    for (const name of await caches.keys()) if (name.startsWith(`${COURSE}${course}:`)) await caches.delete(name);
    await drop("courses", course);
  };

  const register = () => navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  // Why nothing can be taken along here; empty where it can.
  const hindered = () => {
    if (!isSecureContext) return "station";
    if ("serviceWorker" in navigator && self.caches && self.indexedDB) return "";
    return /Zalo|FBAN|FBAV|Messenger|Instagram/.test(navigator.userAgent) ? "app" : "old";
  };

  const offer = async (place) => {
    place.hidden = false;
    const why = hindered();
    if (why) { show(place, why); return; }
    const { course, plan: address } = place.dataset;
    const bar = find("svg .fill", place);
    let running;
    const progress = (done, total) => {
      show(place, "running", { done: size(done), total: size(total) });
      bar.setAttribute("width", `${total ? (100 * done) / total : 100}%`);
    };
    const state = async () => {
      const held = (await all("courses")).find((row) => row.course === course);
      if (!held) { show(place, "none"); return; }
      show(place, "ready", { held: size(held.bytes) });
      const plan = await fetch(address, { cache: "no-cache" }).then((answer) => answer.json()).catch(() => null);
      if (!plan) return;
      learn(course).catch(() => {});
      // Copies of releases that knew one language only say none.
      const other = plan.ui !== (held.ui || "vi") || plan.lang !== (held.lang || "vi");
      if (other) show(place, "other");
      else if (plan.rev !== held.rev || plan.format !== held.format) show(place, "new");
    };
    const start = async () => {
      running = new AbortController();
      const film = find("[name=film]", place);
      try {
        await register();
        const plan = await (await fetch(address, { cache: "no-cache" })).json();
        if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
        await take(plan, Boolean(film && film.checked), running.signal, progress);
        await state();
      } catch (error) {
        if (error.name === "QuotaExceededError") show(place, "full");
        else show(place, error instanceof Stop ? error.name : error.name === "AbortError" ? "stopped" : "failed", error.fill);
      }
      const shown = find("[data-when]:not([hidden])", place);
      if (shown) shown.focus();
    };
    place.addEventListener("click", async (event) => {
      const button = event.target.closest("button[name=do]");
      if (!button) return;
      event.preventDefault();
      if (button.value === "get") start();
      if (button.value === "stop") running.abort();
      if (button.value === "drop") { await forget(course); state(); }
    });
    await state();
  };

  const list = async (place) => {
    const rows = (await all("courses")).sort((a, b) => b.at - a.at);
    each("[data-row]", (old) => old.remove(), place);
    each("[data-offline=none]", (piece) => { piece.hidden = rows.length > 0; }, place);
    const made = find("template", place);
    for (const row of rows) {
      const piece = made.content.cloneNode(true).firstElementChild;
      const link = find("a", piece);
      link.href = link.getAttribute("href").replace("_", row.course);
      find("[data-fill=title]", piece).textContent = row.title;
      find("[data-fill=size]", piece).textContent = size(row.bytes);
      find("button", piece).addEventListener("click", async () => { await forget(row.course); list(place); });
      made.before(piece);
    }
  };

  if (!self.indexedDB) return;
  each("[data-plan]", offer);
  each("[data-offline=list]", (place) => { place.hidden = false; list(place).catch(() => {}); });
})();
