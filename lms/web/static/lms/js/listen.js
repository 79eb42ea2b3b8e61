// The listen bar: one round button, three speeds, the sentence that is heard lit up. Without it: plain controls.
(() => {
  let end;
  const begin = () => {
    end = () => {};
    const bar = document.querySelector("[data-listen]");
    if (!bar) return;
    const button = bar.querySelector("button");
    const speed = bar.querySelector("select");
    const audio = bar.querySelector("audio");
    const { stop } = button.dataset;
    const start = button.getAttribute("aria-label");
    const times = bar.dataset.listen.split(",").map(Number);
    const parts = [];
    document.querySelectorAll("[data-s]").forEach((span) => (parts[span.dataset.s] = parts[span.dataset.s] || []).push(span));

    let lit = -1;
    const light = (number) => {
      if (number === lit) return;
      (parts[lit] || []).forEach((span) => span.classList.remove("now"));
      lit = number;
      (parts[lit] || []).forEach((span) => span.classList.add("now"));
      if (parts[lit]) parts[lit][0].scrollIntoView({ block: "nearest" });
    };
    const show = (on) => {
      button.setAttribute("aria-label", on ? stop : start);
      button.classList.toggle("on", on);
    };
    const heard = () => {
      light(-1);
      show(false);
      const form = document.querySelector("[data-heard]");
      if (form) fetch(form.action, { method: "POST", keepalive: true }).then((answer) => answer.ok && location.reload());
    };
    const ready = () => {
      bar.hidden = button.hidden = speed.hidden = false;
    };

    if (audio) {
      audio.controls = false;
      ready();
      button.onclick = () => (audio.paused ? audio.play().catch(() => (audio.controls = true)) : audio.pause());
      speed.onchange = () => (audio.playbackRate = speed.value);
      audio.onplay = () => {
        audio.playbackRate = speed.value;
        show(true);
      };
      audio.onpause = () => show(false);
      audio.onended = heard;
      audio.ontimeupdate = () => {
        const at = audio.currentTime * 100 + 5;
        if (bar.dataset.listen) light(times.filter((time) => time <= at).length - 1);
      };
      // A sentence pressed while it is read: from there on.
      document.getElementById("main").addEventListener("click", (event) => {
        const span = !audio.paused && event.target.closest("[data-s]");
        if (span) audio.currentTime = times[span.dataset.s] / 100;
      });
      end = () => audio.pause();
      return;
    }

    // Nothing was made for this lesson: the phone's own voice, if it has one of this language. Voices come late.
    const phone = window.speechSynthesis;
    const lang = bar.dataset.device;
    const find = () => phone.getVoices().find((voice) => voice.lang.toLowerCase().split(/[-_]/)[0] === lang);
    if (!phone) return;
    if (find()) ready();
    else phone.onvoiceschanged = () => find() && ready();
    let on = false;
    let turn = 0;
    const say = (number, mine) => {
      if (!on || mine !== turn) return;
      if (number >= parts.length) {
        on = false;
        return heard();
      }
      if (!parts[number]) return say(number + 1, mine);
      const words = new SpeechSynthesisUtterance(parts[number].map((span) => span.textContent).join(" "));
      words.voice = find();
      words.lang = words.voice.lang;
      words.rate = speed.value;
      words.onend = () => say(number + 1, mine);
      light(number);
      phone.speak(words);
    };
    button.onclick = () => {
      on = !on;
      turn += 1;
      phone.cancel();
      show(on);
      const from = lit < 0 ? 0 : lit;
      if (on) setTimeout(say, 60, from, turn); // spoken right after cancel() it may be dropped
    };
    end = () => {
      on = false;
      phone.cancel();
    };
  };

  begin();
  addEventListener("pagehide", () => end());
  document.addEventListener("hvs-away", () => end()); // the next lesson comes into this page (lms/js/learner.js)
  document.addEventListener("hvs-here", begin);
})();
