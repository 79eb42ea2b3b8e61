//= lms/js/page.js
// Plays a practice at once and without a line, by the law of format/stepping.py. The page does all of it without us.
(() => {
  const digits = (text) => text.replace(/\D/g, "").replace(/^0+/, "");
  const fold = (text) => text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\s+/g, " ").trim();
  const tidy = (text) => text.normalize("NFC").trim();
  const same = (typed, [wanted, kind], exact) => {
    if (kind === "amount") return digits(typed) && digits(typed) === digits(wanted);
    if (wanted === "*") return typed.trim();
    return exact ? tidy(typed) === tidy(wanted) : fold(typed) === fold(wanted);
  };
  const wants = (step, tap) => step.want.filter((want) => want.tap === tap);
  // Whether showing is offered: always with a guide, alone after something went wrong in this step.
  const may = ({ mode }, { step, log }) => mode === "guided" || (mode === "alone" && log.some((e) => e.step === step && e.tap !== "@back"));

  const play = (law, state, tap, values, ms) => {
    const step = law.steps[state.step];
    if (!step) return state;
    const after = (right, more, name = tap) => ({
      ...state, ...more, log: [...state.log.slice(0, right ? undefined : 199), { step: state.step, tap: name, right, ms }],
    });
    const on = { step: state.step + 1 };
    if (state.away) return tap === "@back" ? after(false, { away: "" }) : state;
    if (law.mode === "watch") return tap === "@next" || wants(step, tap)[0] ? after(true, on, "@next") : state;
    if (tap === "@skip") return law.mode === "exam" ? after(false, on) : state;
    if (tap === "@show") return may(law, state) ? after(false) : state;
    if (tap[0] === "@") return state;
    const right = (want) => Object.keys(want.values).every((key) => same(values[key] || "", want.values[key], want.exact));
    if (wants(step, tap).some(right)) return after(true, on);
    return after(false, { away: law.mode !== "exam" && step.branch[tap] ? tap : "" });
  };

  const told = (law, state) => {
    const step = law.steps[state.step];
    const say = (kind, text = "", more) => ({ kind, text, hint: "", ring: "", may: [], ...more });
    if (!step) return say("done");
    if (state.away) return say("astray", step.branch[state.away].say, { may: ["@back"] });
    const ring = step.want[0].tap;
    if (law.mode === "watch") return say("say", step.say, { ring, may: ["@next"] });
    if (law.mode === "exam") return say("say", law.task || step.say, { may: ["@skip"] });
    const more = may(law, state) ? { may: ["@show"], hint: step.hint } : {};
    const { step: at, tap } = state.log[state.log.length - 1] || {};
    if (at !== state.step || tap === "@back") return say("say", step.say, more);
    if (tap === "@show") return say("show", step.say, { ...more, ring });
    if (step.traps[tap]) return say("trap", step.traps[tap], more);
    return wants(step, tap)[0] ? say("values", step.miss[tap], more) : say("miss", step.miss[tap] || step.miss["*"], more);
  };

  const grade = ({ steps }, log) => {
    const first = steps.map((_, n) => log.find((e) => e.step === n)).filter((e) => e && e.right).length;
    const traps = new Set(log.filter((e) => steps[e.step].traps[e.tap]).map((e) => `${e.step} ${e.tap}`)).size;
    const points = Math.max(0, first - traps);
    return { points, most: steps.length, traps, passed: !traps && points * 100 >= steps.length * 80 };
  };

  const start = { step: 0, away: "", log: [] };
  if (!globalThis.document) globalThis.practice = { start, play, told, grade };
  const page = globalThis.document && document.getElementById("practice");
  const find = (what, where = page) => where.querySelector(what);
  const all = (what, each, where = page) => where.querySelectorAll(what).forEach(each);
  const form = page && find(".pr-play");
  // A spot's class names say where it lies on its picture, in percent: left, top, width, height.
  const spots = (where) => all(".spot", (spot) => {
    const [left, top, width, height] = spot.className.match(/\d+/g).map((number) => `${number}%`);
    Object.assign(spot.style, { left, top, width, height });
  }, where);
  if (globalThis.document) spots(document);
  if (!form || form.elements.l.value) return; // begun without us: it goes on so

  const law = JSON.parse(find("[data-law]").content.textContent);
  const [view, name, box, audio] = [".pr-view", "#screen-name", ".told", "audio"].map((what) => find(what));
  let [state, since, pressed] = [start, Date.now()];

  const keypad = () => all(".pr-pad", (pad) => {
    pad.hidden = false;
    find("input", pad.parentElement).inputMode = "none";
  }, view);
  const lamps = () => all(".lamps li", (lamp, n) => {
    lamp.className = n < state.step ? "on" : n === state.step ? "now" : "";
  }, document);

  const draw = (moved) => {
    const { kind, text, hint, ring, may: offered } = told(law, state);
    const step = law.steps[state.step];
    const astray = step.branch[state.away];
    if (moved) {
      const screen = find(`[data-screen="${(astray || step).screen}"]`);
      view.replaceChildren(screen.content.cloneNode(true));
      spots(view);
      name.textContent = screen.dataset.name;
      if (law.mode === "watch") Object.entries(step.want[0].values).forEach(([key, [value]]) => {
        form.elements[`v-${key}`].value = value === "*" ? "••••••" : value;
      });
      keypad();
      lamps();
    }
    const note = ["say", "show"].includes(kind) ? "" : `<p class="pr-note ${kind}">${text || law.words[kind]}</p>`;
    const say = astray ? "" : `<p class="pr-say">${(law.mode === "exam" && law.task) || step.say}</p>`;
    box.innerHTML = note + say + (hint && `<p class="pr-hint">${find("[data-idea]").innerHTML}<span>${hint}</span></p>`);
    find(".pr-may").replaceChildren(...offered.map((tap) => find(`[value="${tap}"]`, find("[data-may]").content).cloneNode(true)));
    if (astray) find('[value="@back"] span').textContent = astray.back || law.words.back;
    audio.src = step.audio;
    audio.parentElement.hidden = !step.audio || astray || law.mode === "exam";
    all("[name=tap]", (button) => {
      button.classList.toggle("hot", button.value === ring);
      button.setAttribute("aria-describedby", button.value === ring ? "here" : "");
    }, view);
    all("input", (input) => input.setAttribute("aria-invalid", kind === "values"), view);
    if (moved) name.focus({ preventScroll: true });
    box.parentElement.scrollIntoView({ block: "nearest" });
    if (ring && !moved) find(".hot").scrollIntoView({ block: "nearest" });
  };

  const send = () => {
    const body = new URLSearchParams(new FormData(form));
    [...body.keys()].forEach((key) => key.startsWith("v-") && body.delete(key)); // what was typed stays here
    body.set("l", state.log.map((e) => e.tap + (e.right ? "" : "!")).join("."));
    body.set("ms", state.log.map((e) => e.ms).join("."));
    const kept = find("[data-kept]");
    const say = (words, unsent) => {
      kept.textContent = words;
      find("[data-again]").hidden = !unsent;
    };
    const { run } = form.dataset;
    if (run) { // a copy on a phone: what was done waits there
      const [log, ms, course] = ["l", "ms"].map((key) => body.get(key)).concat(new URLSearchParams(location.search).get("course") || "");
      outbox.queue("practice.finished", { ...JSON.parse(run), log, ms, course }).then(() => say(kept.dataset.later));
      return;
    }
    fetch(form.dataset.finish, { method: "POST", body, headers: { "X-Fragment": "1" }, keepalive: true })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer)))
      .then((words) => say(words.trim()))
      .catch(() => say(kept.dataset.unsent, true));
  };

  const end = () => {
    const result = grade(law, state.log);
    form.hidden = true;
    form.before(find("[data-done]").content.cloneNode(true));
    ["points", "most", "traps"].forEach((key) => all(`[data-${key}]`, (place) => (place.textContent = result[key])));
    all(result.passed ? "[data-passed]" : "[data-failed]", (part) => (part.hidden = false));
    find("[data-again] button").onclick = send;
    find("[data-focus]").focus();
    lamps();
    send();
  };

  form.addEventListener("click", (event) => {
    pressed = event.target.closest("button") || {};
    const { key } = pressed.dataset || {};
    if (key === undefined) return;
    const input = find("input", pressed.closest(".amount"));
    const typed = digits(input.value);
    input.value = digits(key ? typed + key : typed.slice(0, -1)).slice(0, 11).replace(/\B(?=(\d{3})+$)/g, ".");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const values = {};
    new FormData(form).forEach((value, key) => (values[key.slice(2)] = value));
    const before = state;
    state = play(law, state, (event.submitter || pressed).value, values, Date.now() - since);
    since = Date.now();
    if (law.steps[state.step]) draw(state.step !== before.step || state.away !== before.away);
    else end();
  });
  keypad();
})();
