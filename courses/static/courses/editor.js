// The editor of a lesson: saves by itself, keeps what could not be saved, and stays in its place when a button is
// pressed. Without it every button works as a form does. It never writes into a field in which somebody may be typing.
(() => {
  const form = document.getElementById("editor");
  if (!form) return;
  const words = form.dataset;
  const place = `lesson-draft/${words.kept}`;
  const PAUSE = 3000; // after the last letter
  const AGAIN = 15000; // after a save that did not reach the server
  const MINUTE = 60000;
  const LOOK = 4000; // at files that are being prepared
  const HIDDEN = ["base", "was", "aside"];
  const REDRAWN = ["up", "down", "copy", "remove", "undo", "add", "insert", "save"];
  let dirty = false;
  let stopped = false; // somebody else saved, or the session has ended: going on would only repeat it
  let busy = null;
  let unsure = ""; // a save of which no answer came: it goes once more as it was, or it would look like somebody else's
  let timer;
  let keeping;

  // --- What is said about it -------------------------------------------------------------------------------------
  // Who hears the page is told of what went wrong at once, and of what went well once a minute: not at every pause.
  let heard = 0;
  const tell = (text, kind = "", link = null, passing = false) => {
    const box = document.querySelector("#saved");
    const span = box.querySelector("[data-said]");
    const quiet = passing || (!kind && Date.now() - heard < MINUTE);
    box.setAttribute("aria-live", quiet ? "off" : "polite");
    if (!quiet) heard = Date.now();
    if (span.textContent !== text || link) {
      span.textContent = text;
      if (link) {
        const a = document.createElement("a");
        a.href = link[0];
        a.textContent = link[1];
        span.append(" ", a);
      }
    }
    box.className = `saved ${kind}`;
  };

  // --- A copy on this device -------------------------------------------------------------------------------------
  const fields = (more = []) => [...new FormData(form)].filter(([, value]) => typeof value === "string").concat(more);
  const said = (rows) => JSON.stringify(rows.filter(([name]) => !HIDDEN.includes(name) && !/:(insert|id|kind)$/.test(name)));
  const keep = () => {
    try {
      localStorage.setItem(place, JSON.stringify({ at: Date.now(), fields: fields() }));
    } catch {
      // No room, or not allowed: the server's copy is the one that counts.
    }
  };
  const drop = () => {
    try {
      localStorage.removeItem(place);
    } catch {
      // As above.
    }
  };
  const post = (rows) => {
    const sent = document.createElement("form");
    sent.method = "post";
    sent.action = form.action;
    sent.hidden = true;
    for (const [name, value] of rows) {
      const input = document.createElement("textarea"); // keeps the ends of lines, which a hidden input would not
      input.name = name;
      input.value = value;
      sent.append(input);
    }
    document.body.append(sent);
    sent.submit();
  };
  const offer = () => {
    let held;
    try {
      held = JSON.parse(localStorage.getItem(place));
    } catch {
      held = null;
    }
    if (!held || !Array.isArray(held.fields)) return;
    if (said(held.fields) === said(fields())) {
      drop();
      return;
    }
    const box = document.getElementById("kept");
    box.querySelector("[data-when]").textContent = new Date(held.at).toLocaleString(document.documentElement.lang);
    box.hidden = false;
    box.querySelector("[data-take]").addEventListener("click", () => {
      drop();
      post(held.fields.concat([["do", "save"]]));
    });
    box.querySelector("[data-drop]").addEventListener("click", () => {
      drop();
      box.hidden = true;
    });
  };

  // --- Saving by itself ------------------------------------------------------------------------------------------
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };
  const wrong = (errors) => {
    document.querySelectorAll("[data-auto]").forEach((old) => old.remove());
    for (const [id, texts] of Object.entries(errors)) {
      const field = document.getElementById(id);
      if (!field) continue;
      const line = document.createElement("p");
      line.className = "error";
      line.dataset.auto = "";
      line.textContent = texts.join(" ");
      field.before(line);
    }
  };
  const took = (answer) => {
    form.elements.base.value = answer.base;
    form.elements.was.value = answer.was;
    const keys = [...form.querySelectorAll('[name="block"]')].map((input) => input.value);
    keys.forEach((key, n) => {
      const input = form.elements[`${key}:id`];
      if (input && answer.ids[n]) {
        input.value = answer.ids[n];
        input.closest(".blk").dataset.block = answer.ids[n];
      }
    });
    for (const [id, text] of Object.entries(answer.notes)) {
      const note = document.getElementById(`${id}-note`);
      if (note) note.textContent = text;
    }
    wrong(answer.errors);
    replace("look", answer.look);
    show();
    const partly = Object.keys(answer.errors).length > 0;
    tell(partly ? `${answer.said}. ${words.partly}` : answer.said, partly ? "off" : "");
    if (!dirty) drop();
    if (partly) keep();
  };
  const refused = async (answer) => {
    keep();
    if (answer.status === 409) {
      const both = await answer.json();
      stopped = true;
      form.elements.aside.value = both.aside;
      drop(); // the server has it
      tell(words.clash, "off", [both.look, words.clashWords]);
    } else if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") {
      stopped = true;
      tell(words.out, "off", [words.signIn, words.signInWords]);
    } else if (answer.status === 413) {
      tell(words.large, "off");
    } else {
      dirty = true;
      tell(words.failed, "off");
      later(Number(answer.headers.get("Retry-After")) * 1000 || AGAIN);
    }
  };
  const save = (leaving = false) => {
    clearTimeout(timer);
    clearTimeout(keeping);
    if (busy) return busy.then(() => save(leaving));
    if (!dirty || stopped) return Promise.resolve(!dirty);
    const again = unsure !== "";
    const body = unsure || new URLSearchParams(fields()).toString();
    dirty = again;
    if (!leaving) tell(words.busy, "", null, true);
    const keepalive = leaving && body.length < 60000;
    const headers = { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" };
    busy = fetch(words.autosave, { method: "POST", body, keepalive, redirect: "manual", headers })
      .then(async (answer) => {
        const said = answer.ok ? await answer.json() : null;
        unsure = "";
        if (again && answer.status === 409) {
          form.elements.aside.value = (await answer.json()).aside;
          return true; // what has been typed since is set aside in its place
        }
        if (said) took(said);
        else await refused(answer);
        return answer.ok;
      })
      .catch(() => {
        unsure = body;
        dirty = true;
        keep();
        tell(words.offline, "off");
        later(AGAIN);
        return false;
      })
      .finally(() => {
        busy = null;
      });
    return again ? busy.then((done) => done && save(leaving)) : busy;
  };
  const typed = (event) => {
    if (event.target.type === "file" || /:insert$/.test(event.target.name)) return;
    dirty = true;
    if (!stopped) tell(words.typing, "", null, true);
    clearTimeout(keeping);
    keeping = setTimeout(keep, 800);
    if (!stopped) later(PAUSE);
  };

  // --- Drawing anew ----------------------------------------------------------------------------------------------
  const replace = (id, html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.querySelector(`#${id}`);
    const old = document.getElementById(id);
    if (fresh && old) old.replaceWith(fresh);
  };
  const show = () => {
    const frame = document.getElementById("preview");
    if (!frame || !frame.offsetParent || !frame.contentWindow) return;
    const readable = () => frame.contentDocument; // not where the line was down: the browser's own page stands there
    const y = readable() ? frame.contentWindow.scrollY : 0;
    frame.addEventListener("load", () => readable() && frame.contentWindow.scrollTo(0, y), { once: true });
    frame.contentWindow.location.replace(frame.src);
  };
  const names = () => [...document.querySelectorAll("[data-block]")].map((block) => block.dataset.block);
  const swap = (html, pressed) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.getElementById("editor");
    const symbols = page.querySelector("body > svg[hidden]");
    const own = document.querySelector("body > svg[hidden]");
    if (symbols && own) own.replaceWith(document.adoptNode(symbols));
    if (!fresh) {
      // Both versions of a lesson that somebody else saved, or a refusal: the whole page.
      document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
      scrollTo(0, 0);
      const box = document.querySelector("[data-focus]");
      if (box) box.focus();
      return null;
    }
    const before = names();
    const block = pressed && pressed.closest("[data-block]");
    const anchor = block || (pressed && pressed.closest("details, section"));
    const top = anchor ? anchor.getBoundingClientRect().top : 0;
    const name = block ? block.dataset.block : "";
    const what = pressed && pressed.name === "do" ? pressed.value.split(":")[0] : "";
    for (const hidden of HIDDEN) form.elements[hidden].value = fresh.elements[hidden].value;
    for (const id of ["blocks", "told", "look"]) {
      const part = page.getElementById(id);
      if (part) document.getElementById(id).replaceWith(document.adoptNode(part));
    }
    const made = names().find((each) => !before.includes(each));
    const target = document.querySelector(`[data-block="${made || name}"]`);
    if (made && target) {
      target.scrollIntoView({ block: "center" });
      (target.querySelector("textarea, input:not([type=hidden]), select") || target).focus({ preventScroll: true });
    } else if (target) {
      const again = what && [...target.querySelectorAll("button[name=do]:not([disabled])")].find((b) => b.value.startsWith(`${what}:`));
      (again || target).focus({ preventScroll: true });
      scrollBy(0, target.getBoundingClientRect().top - top);
    } else if (what === "remove") {
      document.querySelector("#removed button").focus();
    }
    const told = document.querySelector("#told [data-focus]");
    if (told) told.focus();
    tell(page.querySelector("#saved [data-said]").textContent, told ? "off" : "");
    show();
    return made;
  };

  // Sends the whole form, files too, and draws the answer. A weak line sees how far it is.
  const send = (action, pressed) =>
    new Promise((done) => {
      const body = new FormData(form);
      body.append("do", action);
      const asked = new XMLHttpRequest();
      const files = [...body].some(([, value]) => typeof value !== "string" && value.size);
      tell(words.busy, "", null, true);
      asked.open("POST", form.action);
      asked.upload.addEventListener("progress", (event) => {
        if (files && event.lengthComputable) tell(`${words.sends} ${Math.round((event.loaded / event.total) * 100)}%`);
      });
      asked.addEventListener("error", () => {
        keep();
        tell(words.offlineDo, "off");
        done(null);
      });
      asked.addEventListener("load", () => {
        if (/\/dang-nhap/.test(asked.responseURL)) {
          keep();
          stopped = true;
          tell(words.out, "off", [words.signIn, words.signInWords]);
          done(null);
        } else if (asked.status === 413) {
          keep();
          tell(words.large, "off");
          done(null);
        } else if (asked.status >= 500 || asked.status === 429) {
          keep();
          tell(words.failed, "off");
          done(null);
        } else {
          dirty = false;
          drop();
          done(swap(asked.responseText, pressed));
        }
      });
      asked.send(body);
    });
  let sending = null;
  const press = async (action, pressed) => {
    if (sending) return sending; // a second press while the first is on its way
    clearTimeout(timer);
    if (busy) await busy;
    if (unsure && !stopped && !(await save()) && !stopped) {
      tell(words.offlineDo, "off");
      return null;
    }
    sending = send(action, pressed).finally(() => {
      sending = null;
    });
    return sending;
  };

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    const action = (button && button.value) || "save";
    const what = action.split(":")[0];
    event.preventDefault();
    event.stopPropagation(); // the general script would disable the button for good
    if (what === "save" && !stopped) {
      dirty = true; // said aloud, even where nothing has changed
      await save();
      return;
    }
    if (REDRAWN.includes(what)) {
      await press(action, button);
      return;
    }
    if (busy) await busy;
    if (!(await save())) return; // it has been said why
    drop();
    post(fields([["do", action]]));
  });
  form.addEventListener("input", typed);
  form.addEventListener("change", (event) => {
    if (event.target.type === "file" && event.target.files.length) press("save", event.target);
    else typed(event);
  });
  addEventListener("online", () => dirty && save());
  addEventListener("pagehide", () => dirty && keep());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty) save(true);
  });

  // --- A picture put onto the page -------------------------------------------------------------------------------
  const pictures = (transfer) => [...((transfer && transfer.files) || [])].filter((file) => file.type.startsWith("image/"));
  const putPicture = async (file, target) => {
    const block = target.closest && target.closest("[data-block]");
    const key = block ? block.querySelector('[name="block"]').value : "";
    const made = await press(`add:${key}:image`, block || document.getElementById("add"));
    const input = made && document.querySelector(`[data-block="${made}"] [type="file"]`);
    if (!input) return;
    const held = new DataTransfer();
    held.items.add(file);
    input.files = held.files;
    await press("save", input);
  };
  document.addEventListener("dragover", (event) => {
    const files = [...(event.dataTransfer ? event.dataTransfer.items : [])].some((item) => item.kind === "file");
    if (files && event.target.type !== "file") event.preventDefault();
  });
  document.addEventListener("drop", async (event) => {
    const found = pictures(event.dataTransfer);
    if (!event.dataTransfer || !event.dataTransfer.files.length || event.target.type === "file") return;
    event.preventDefault(); // else the browser would leave the page for the file
    for (const file of found) await putPicture(file, event.target);
  });
  document.addEventListener("paste", (event) => {
    const [file] = pictures(event.clipboardData);
    if (!file || event.clipboardData.getData("text/plain")) return;
    event.preventDefault();
    putPicture(file, event.target);
  });

  // --- Files that are being prepared -----------------------------------------------------------------------------
  const watch = async () => {
    let done = false;
    for (const box of document.querySelectorAll("[data-again]")) {
      try {
        const answer = await fetch(box.dataset.again, { headers: { "X-Fragment": "1" } });
        if (!answer.ok) continue;
        box.innerHTML = await answer.text();
        if (["ready", "refused"].includes(box.querySelector("[data-state]").dataset.state)) {
          delete box.dataset.again;
          done = true;
        }
      } catch {
        // The line is down for a moment; the next look may find it up.
      }
    }
    // Nobody's hand is in the form: what is ready can be shown.
    if (done && !dirty && !sending && !form.contains(document.activeElement)) await press("look", null);
    setTimeout(watch, LOOK);
  };
  setTimeout(watch, LOOK);

  offer();
})();
