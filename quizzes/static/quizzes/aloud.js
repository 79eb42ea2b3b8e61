// Reads a question aloud with the phone's own voice, for whom it was arranged. Nothing is sent anywhere.
(() => {
  const button = document.querySelector("[data-aloud-button]");
  const what = document.getElementById("answer");
  if (!button || !what || !window.speechSynthesis) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const speaking = speechSynthesis.speaking;
    speechSynthesis.cancel();
    if (speaking) return;
    const words = what.querySelector("[data-spoken]");
    const said = new SpeechSynthesisUtterance(words ? words.textContent : what.innerText);
    said.lang = document.documentElement.lang;
    said.rate = 0.9;
    speechSynthesis.speak(said);
  });
  addEventListener("pagehide", () => speechSynthesis.cancel());
})();
