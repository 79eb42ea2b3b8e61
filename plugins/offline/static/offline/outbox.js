// What was done without a network waits here until it is sent. Runs in the pages of a phone's copies and in the worker.
(() => {
  const BATCH = 50;
  const MOST = 48000; // letters of one batch

  // --- the phone's own store -----------------------------------------------------------------------------------------
  let opened;
  const base = () => {
    opened = opened || new Promise((done, fail) => {
      const asked = indexedDB.open("hocvuso", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
        asked.result.createObjectStore("refused", { keyPath: "key" });
        asked.result.createObjectStore("courses", { keyPath: "course" });
        asked.result.createObjectStore("done", { keyPath: "name" });
      };
      asked.onsuccess = () => {
        // A newer release in another tab wants to change the store: let it.
        asked.result.onversionchange = () => { asked.result.close(); opened = null; };
        done(asked.result);
      };
      asked.onerror = () => { opened = null; fail(asked.error); };
    });
    return opened;
  };
  const act = async (name, mode, what) => {
    const held = await base();
    return new Promise((done, fail) => {
      const going = held.transaction(name, mode);
      const asked = what(going.objectStore(name));
      going.oncomplete = () => done(asked && asked.result);
      going.onerror = going.onabort = () => fail(going.error);
    });
  };
  const all = (name) => act(name, "readonly", (store) => store.getAll());
  const put = (name, row) => act(name, "readwrite", (store) => store.put(row));
  const drop = (name, key) => act(name, "readwrite", (store) => store.delete(key));

  // --- the outbox ----------------------------------------------------------------------------------------------------
  // One batch. "sent", "empty", or why it stops: "sign-in", "other" (somebody else is signed in), "later".
  const send = async (person, size) => {
    const waiting = (await all("outbox")).filter((row) => row.person === person);
    waiting.sort((a, b) => a.tries - b.tries || a.seq - b.seq);
    const batch = [];
    let letters = 0;
    for (const row of waiting.slice(0, size)) {
      letters += JSON.stringify(row).length;
      if (batch.length && letters > MOST) break;
      batch.push(row);
    }
    if (!batch.length) return "empty";
    const events = batch.map(({ key, seq, t, kind, data }) => ({ key, seq, t, kind, data }));
    let answer, said;
    try {
      answer = await fetch("/api/v1/sync", {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-Outbox": "1" },
        body: JSON.stringify({ person, events }),
      });
      said = answer.ok ? (await answer.json()).answers : [];
    } catch (error) {
      return "later";
    }
    if (answer.status === 401) return "sign-in";
    if (answer.status === 403) return "other";
    if (answer.status === 400 || answer.status === 413 || answer.status === 422) {
      // One of them cannot even be read: find it by sending each alone.
      if (batch.length > 1) return "apart";
      said = [{ key: batch[0].key, state: "rejected", text: "" }];
    } else if (!answer.ok) return "later";
    const answers = new Map(said.map((one) => [one.key, one]));
    let moved = 0;
    for (const row of batch) {
      const one = answers.get(row.key);
      if (!one) {
        await put("outbox", { ...row, tries: row.tries + 1 });
        continue;
      }
      if (one.state === "rejected") await put("refused", { ...row, text: one.text || "" });
      await drop("outbox", row.seq);
      moved += 1;
    }
    return moved ? "sent" : "later";
  };
  const sendAll = async () => {
    const people = new Set((await all("outbox")).map((row) => row.person));
    let last = "empty";
    for (const person of people) {
      let size = BATCH;
      do {
        last = await send(person, size);
        size = last === "apart" ? 1 : last === "sent" ? BATCH : size;
      } while (last === "sent" || last === "apart");
      if (last === "sign-in" || last === "later") break;
    }
    return last;
  };
  // One sender at a time, in all tabs and the worker where the browser can tell; the server's keys make it safe anyway.
  let busy;
  const flush = () => {
    const once = () => (busy = busy || sendAll().finally(() => { busy = null; }));
    return self.navigator.locks
      ? navigator.locks.request("hv-outbox", { ifAvailable: true }, (lock) => (lock ? once() : "busy"))
      : once();
  };
  // --- what has been learnt ------------------------------------------------------------------------------------------
  // Rows of "done": "who|course/kind/slug", and "who|course|left" for where they stopped. What the server knows of a
  // course is put beside what the phone knows: a union; where they stopped is the server's word, unless some waits here.
  const learn = async (course) => {
    const answer = await fetch(`/api/v1/learned/${course}`, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return;
    const { person, done, left } = await answer.json();
    for (const one of done) await put("done", { name: `${person}|${course}/${one}` });
    if ((await all("outbox")).some((row) => row.person === person)) return;
    const name = `${person}|${course}|left`;
    if (left) await put("done", { name, ...left });
    else await drop("done", name);
  };
  // Whoever is here now ("" for nobody) finds nothing of others; what waits to be sent stays.
  const forget = async (person) => {
    for (const { name } of await all("done")) if (!person || !name.startsWith(`${person}|`)) await drop("done", name);
  };
  self.outbox = { flush, learn, forget, all };
  if (typeof document === "undefined") {
    self.outbox.flush = async () => {
      const how = await flush();
      for (const page of await clients.matchAll()) page.postMessage(how);
    };
    return;
  }

  // --- pages ---------------------------------------------------------------------------------------------------------
  const who = () => (/(?:^|; )hv_who=([0-9a-f]{16})/.exec(document.cookie) || ["", ""])[1];
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const each = (what, act, place = document) => place.querySelectorAll(what).forEach(act);

  const queue = async (kind, data) => {
    const person = who();
    if (!person) return; // nobody is signed in: there is nobody whose it could be
    const key = hex(crypto.getRandomValues(new Uint8Array(16)));
    await put("outbox", { key, t: Math.floor(Date.now() / 1000), person, kind, data, tries: 0 });
    const worker = navigator.serviceWorker && (await navigator.serviceWorker.getRegistration());
    if (worker && worker.sync) worker.sync.register("outbox").catch(() => {});
    go();
  };
  // Shows of several pieces the one with this name; `fill` puts words into its places.
  const show = (place, name, fill = {}) => {
    each("[data-when]", (piece) => { piece.hidden = piece.dataset.when !== name; }, place);
    for (const key of Object.keys(fill)) each(`[data-fill=${key}]`, (hole) => { hole.textContent = fill[key]; }, place);
  };

  // What waits, in every place that says so.
  const tell = async (how) => {
    const [rows, refused] = [await all("outbox"), await all("refused")];
    const mine = rows.filter((row) => row.person === who()).length;
    each("[data-offline=waiting]", (place) => {
      place.hidden = !rows.length && !refused.length;
      const name = !who() || how === "sign-in" ? "sign-in" : mine ? "mine" : rows.length ? "others" : "none";
      show(place, rows.length ? name : "none", { n: mine || rows.length });
      each("[data-offline=refused]", (one) => { one.hidden = !refused.length; }, place);
      each("[data-fill=refused]", (hole) => { hole.textContent = refused.length; }, place);
    });
  };
  const go = () => flush().then(tell).catch(() => tell());

  Object.assign(self.outbox, { who, hex, each, show, queue, all, put, drop });
  if (!self.indexedDB) return;
  each("[data-offline=waiting]", (place) => place.addEventListener("click", async (event) => {
    const button = event.target.closest("button[name=do]");
    if (!button) return;
    event.preventDefault();
    if (button.value === "send") go();
    if (button.value === "seen") { for (const row of await all("refused")) await drop("refused", row.key); tell(); }
  }));
  forget(who()).then(tell).then(go).catch(() => {});
  addEventListener("online", go);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) go(); });
  if (navigator.serviceWorker) navigator.serviceWorker.addEventListener("message", (event) => tell(event.data));
})();
