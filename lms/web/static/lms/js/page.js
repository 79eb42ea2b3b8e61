// What every page has, with script: the text size, short words read aloud, buttons that wait, devices that many use.
// Every page works without it. Other scripts find `tell`, `wait` and `buttonOf` in `page`.
(() => {
  const root = document.documentElement;
  const { sending, settings } = document.body.dataset;

  // Text size: middle, large, very large. The server keeps it in a cookie and writes data-text on <html>.
  const sizes = ["", "lg", "xl"];
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-textsize]")) return;
    event.preventDefault();
    const size = sizes[(sizes.indexOf(root.dataset.text || "") + 1) % sizes.length];
    if (size) root.dataset.text = size;
    else delete root.dataset.text;
    fetch(settings, { method: "POST", body: new URLSearchParams({ size, return: "/" }), redirect: "manual" }).catch(() => {});
  });

  // Short words that the phone's own voice may read, with a button beside them.
  const voice = window.speechSynthesis;
  document.addEventListener("click", (event) => {
    const words = event.target.closest("[data-say] + button");
    if (!words || !voice) return;
    const speaking = voice.speaking;
    voice.cancel();
    if (speaking) return;
    const said = new SpeechSynthesisUtterance(words.previousElementSibling.textContent);
    said.lang = root.lang;
    said.rate = 0.9;
    voice.speak(said);
  });

  const tell = (place) => {
    if (voice) place.querySelectorAll("[data-say] + button").forEach((button) => (button.hidden = false));
    const box = place.querySelector("[data-focus]");
    if (box) box.focus();
  };

  const wait = (button, on) => {
    if (!button) return;
    const words = button.querySelector("span") || button;
    if (on) button.dataset.words = words.textContent;
    words.textContent = on ? sending : button.dataset.words;
    button.disabled = on;
  };

  const buttonOf = (form, event) => event.submitter || form.querySelector("button") || document.querySelector(`button[form="${form.id}"]`);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "file" in form.dataset) return;
    const button = buttonOf(form, event);
    // After the browser has read the form: a disabled button sends no value. Another script may take it meanwhile.
    setTimeout(() => event.defaultPrevented || wait(button, true));
  });

  // Back from the phone's own history: wake the buttons again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("button[data-words]").forEach((button) => wait(button, false));
  });

  // A device that many use: left lying, it locks itself; going back shows nothing of the one before.
  const idle = Number(document.body.dataset.idle);
  if (idle) {
    let timer;
    const stay = () => {
      clearTimeout(timer);
      timer = setTimeout(() => document.querySelector("[data-lock]").submit(), idle * 1000);
    };
    ["pointerdown", "keydown", "scroll"].forEach((kind) => addEventListener(kind, stay, { passive: true }));
    stay();
  }
  if (idle || location.pathname.startsWith("/can-bo")) {
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  self.page = { tell, wait, buttonOf };
  tell(document);
})();
