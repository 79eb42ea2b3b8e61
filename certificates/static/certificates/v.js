//= lms/js/page.js
// Checks the code of a paper on this device alone: signature, key, term, and the list of papers that are not valid.
(() => {
  const page = document.querySelector("[data-carried]");
  const place = document.getElementById("answer");
  const { keys: keysAt, list: listAt, verify, moment } = page.dataset;
  const find = (name, at = document) => at.querySelector(`[data-v="${name}"]`);
  const show = (name, at = document) => { find(name, at).hidden = false; };

  // Days and hours are those of Việt Nam (UTC+7), whatever the device's own are.
  const dayOf = (seconds) => Math.floor((seconds + 25200) / 86400);
  const two = (n) => String(n).padStart(2, "0");
  const date = (day) => {
    const there = new Date(day * 86400000);
    return `${two(there.getUTCDate())}/${two(there.getUTCMonth() + 1)}/${there.getUTCFullYear()}`;
  };
  const time = (seconds) => {
    const there = new Date((seconds + 25200) * 1000);
    const words = `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`;
    return moment.replace("{time}", words).replace("{date}", date(dayOf(seconds)));
  };
  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const bytesOf = (text) => new TextEncoder().encode(text);

  // CBOR, as far as codes and lists need it. The strict twin of this is certificates/carried/cbor.py.
  const read = (bytes) => {
    let at = 0;
    const take = (n) => {
      if (n > bytes.length - at) throw new Error("torn");
      return bytes.subarray(at, (at += n));
    };
    const item = () => {
      const [first] = take(1);
      const kind = first >> 5;
      const more = first & 31;
      if (first === 0xf5) return true;
      if (kind > 5 || more > 27) throw new Error("no code");
      const n = more < 24 ? more : take(1 << (more - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
      if (kind === 0) return n;
      if (kind === 1) return -1 - n;
      if (kind === 2) return take(n);
      if (kind === 3) return new TextDecoder("utf-8", { fatal: true }).decode(take(n));
      if (n > bytes.length) throw new Error("torn");
      const pairs = Array.from({ length: n }, () => (kind === 4 ? item() : [item(), item()]));
      return kind === 4 ? pairs : new Map(pairs);
    };
    const found = item();
    if (at !== bytes.length) throw new Error("something follows");
    return found;
  };

  // Bytes as CBOR writes them: how many, as short as can be, then they themselves.
  const long = (bytes) => {
    const n = bytes.length;
    const size = n < 24 ? 0 : n < 256 ? 1 : n < 65536 ? 2 : 4;
    const head = [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255].slice(4 - size);
    return [size ? 88 + (size >> 1) : 64 + n, ...head, ...bytes];
  };

  // A COSE_Sign1 (RFC 9052): what it says and the key that signed it, or what is wrong.
  const opened = async (bytes, keys, type) => {
    const [above, beside, payload, signature] = read(bytes);
    const headers = read(above);
    const fits = headers.get(1) === -7 && headers.get(3) === type && headers.size === (type ? 3 : 2);
    if (!fits || beside.size || signature.length !== 64) throw new Error("another kind");
    const kid = hex(headers.get(4));
    const named = keys.filter((key) => kid.length === 8 && key.kid.startsWith(kid));
    if (!named.length) return { fault: "foreign" };
    const part = new Uint8Array([132, 106, ...bytesOf("Signature1"), ...long(above), 64, ...long(payload)]);
    for (const key of named) {
      const der = Uint8Array.from(atob(key.spki), (sign) => sign.charCodeAt(0));
      const made = await crypto.subtle.importKey("spki", der, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
      if (await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, made, signature, part)) return { said: read(payload), key };
    }
    return { fault: "altered" };
  };

  // What this device knows: the keys, and the newest list. Each may be missing.
  const get = async (at) => {
    const answer = await fetch(at);
    if (!answer.ok) throw new Error(answer.status);
    return answer;
  };
  const learn = async () => {
    const [keys, raw] = await Promise.all([
      get(keysAt).then((answer) => answer.json()).then((found) => found.keys).catch(() => null),
      get(listAt).then((answer) => answer.arrayBuffer()).then((found) => new Uint8Array(found)).catch(() => null),
    ]);
    if (!keys || !raw) return { keys, lack: "none" };
    try {
      const { said, key } = await opened(raw, keys, "hocvuso/status");
      if (!said || key.revoked) return { keys, lack: "broken" };
      const words = new Map();
      for (const text of said.get(4)) {
        const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(text)));
        words.set(hex(found.subarray(0, 6)), text);
      }
      return { keys, made: said.get(1), term: said.get(2), marks: said.get(3), words };
    } catch (error) {
      return { keys, lack: "broken" };
    }
  };

  const paperOf = (said) => {
    const number = /^([A-Z]*[0-9]*)(XN|CN)([0-9]{4})([0-9]{6,9})([0-9]{2})$/.exec(said.get(1));
    const kept = said.get(4) >= 0 && said.get(6) >= 0 && said.get(7) >= 0 && said.get(2).length > 0;
    if (!number || !kept) throw new Error("no paper");
    return {
      number: number.slice(1).join("-"), list: `${number.slice(1, 4).join("-")}-${said.get(6)}`, name: said.get(2),
      born: said.get(3), issued: said.get(4), last: said.get(5), at: said.get(7), masked: said.get(10),
      what: said.get(8), issuer: said.get(9), own: said.get(11),
    };
  };

  // In which of the three marks of a list a place stands; each mark is told by how far it is from the one before.
  const marked = (marks, paper) => ["withdrawn", "suspended", "replaced"].find((_, nth) => {
    let at = 0;
    return (marks.get(paper.list) || [[], [], []])[nth].some((gap) => (at += gap) === paper.at);
  });

  // [outcome, paper, why it is not known whether it was withdrawn]
  const judge = async (figures, known) => {
    if (!/^[1-9][0-9]{100,3000}$/.test(figures)) return ["torn"];
    if (!known.keys) return ["unready"];
    let paper;
    let result;
    try {
      const digits = BigInt(figures).toString(16).padStart(2, "0");
      const bytes = Uint8Array.from((digits.length % 2 ? `0${digits}` : digits).match(/../g), (pair) => parseInt(pair, 16));
      if (bytes[0] !== 1) return ["torn"];
      result = await opened(bytes.subarray(1), known.keys);
      if (result.fault) return [result.fault];
      paper = paperOf(result.said);
    } catch (error) {
      return ["torn"];
    }
    const { key } = result;
    const now = Math.floor(Date.now() / 1000);
    if (key.revoked) return ["revoked-key", paper];
    if (paper.issued < dayOf(key.from) || (key.to && paper.issued > dayOf(key.to))) return ["outside", paper];
    const mark = known.marks && marked(known.marks, paper);
    if (mark) return [mark, paper];
    if (paper.last !== undefined && dayOf(Math.max(now, known.made || 0)) > paper.last) return ["expired", paper];
    const why = [];
    if (known.lack) why.push(known.lack);
    else {
      if (known.made > now + 3600 || paper.issued > dayOf(now)) why.push("clock");
      if (now - known.made > known.term) why.push("old");
      if (paper.issued > dayOf(known.made)) why.push("early");
      if (!known.words.has(hex(paper.what)) || !known.words.has(hex(paper.issuer))) why.push("words");
    }
    return [why.length ? "unsure" : "valid", paper, why];
  };

  const lines = (at, text) => text.split("\n").forEach((line, nth) => at.append(...(nth ? [document.createElement("br")] : []), line));
  const tell = (known) => {
    for (const hole of document.querySelectorAll("[data-v=listed]")) hole.textContent = known.made ? time(known.made) : "";
    for (const piece of document.querySelectorAll("[data-listed]")) piece.hidden = piece.dataset.listed !== (known.made ? "yes" : known.lack);
  };
  const answer = (known, [outcome, paper, why = []]) => {
    const piece = (mark) => document.querySelector(`template[data-${mark}]`).content.cloneNode(true);
    place.replaceChildren(piece(`outcome="${outcome}"`));
    if (paper) {
      place.append(piece("paper"));
      const words = (mark) => known.words && known.words.get(hex(mark));
      const rows = {
        ...paper, issued: date(paper.issued), last: paper.last && date(paper.last), what: words(paper.what), issuer: words(paper.issuer),
      };
      for (const name of ["name", "born", "number", "what", "own", "issuer", "issued", "last"]) {
        const hole = find(name, place);
        if (rows[name]) lines(hole, String(rows[name]));
        else hole.closest("[data-row]").hidden = true;
      }
      if (paper.masked) show("masked", place);
      for (const reason of why) show(`why-${reason}`, place);
      find("online", place).href = verify + paper.number;
    }
    tell(known);
    const intro = find("intro");
    if (intro) intro.remove();
    const title = place.querySelector("h1");
    document.title = `${title.textContent} · Học vụ số`;
    title.tabIndex = -1;
    title.focus();
    scrollTo(0, 0);
  };

  let known;
  const check = async (text) => {
    const given = text.trim();
    const figures = given.slice(given.indexOf("#") + 1).replace(/\s/g, "");
    answer(await known, await judge(figures, await known));
  };
  const fromAddress = () => {
    const text = location.hash.slice(1);
    if (!text) return;
    history.replaceState(null, "", location.pathname); // the name stays in no list of visited pages
    check(text);
  };

  find("host").textContent = location.host;
  if (!window.isSecureContext || !window.crypto || !crypto.subtle || !window.BigInt) {
    show(window.isSecureContext ? "too-old" : "insecure");
    return;
  }
  known = learn();
  known.then(tell);
  addEventListener("online", () => { known = learn(); known.then(tell); });
  addEventListener("hashchange", fromAddress);
  fromAddress();

  // Figures or an address are checked here; a number goes to the record, as the form does by itself.
  const form = find("form");
  form.addEventListener("submit", (event) => {
    const typed = form.elements.number.value;
    if (!typed.includes("#") && !/^[0-9\s]{30,}$/.test(typed)) return;
    event.preventDefault();
    event.stopPropagation();
    check(typed);
  });

  // Where the browser itself reads codes: from a photo, or from the camera.
  if (window.BarcodeDetector) import(page.dataset.camera).then((camera) => camera.start(check, find, show));

  // A device that many people use keeps nothing.
  if (navigator.serviceWorker && !document.body.dataset.idle) {
    navigator.serviceWorker.register(page.dataset.worker).then(() => navigator.serviceWorker.ready).then(() => show("ready")).catch(() => {});
  }
})();
