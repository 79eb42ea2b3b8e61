// Recording in the browser: what is recorded becomes the file of the field, and the form sends it as any other.
// Needs a safe address (https, or this machine); elsewhere the field for a file is all there is.
(() => {
  if (!navigator.mediaDevices || !window.MediaRecorder || !window.DataTransfer) return;
  let running = null;
  document.querySelectorAll("[data-record]").forEach((box) => {
    const live = box.querySelector("[data-live]");
    const button = live.querySelector("button");
    const words = button.querySelector("span");
    const status = live.querySelector("[role=status]");
    const field = box.querySelector("input[type=file]");
    const { start, stop, refused } = box.dataset;
    live.hidden = false;

    const keep = (blob) => {
      const ending = blob.type.includes("mp4") ? "m4a" : blob.type.includes("ogg") ? "ogg" : "webm";
      const holder = new DataTransfer();
      holder.items.add(new File([blob], `recorded.${ending}`, { type: blob.type }));
      field.files = holder.files;
      let player = live.querySelector("audio");
      if (!player) {
        player = document.createElement("audio");
        player.controls = true;
        live.append(player);
      }
      URL.revokeObjectURL(player.src);
      player.src = URL.createObjectURL(blob);
    };

    button.addEventListener("click", async () => {
      if (running) {
        const mine = running.button === button;
        running.recorder.stop();
        if (mine) return;
      }
      let stream;
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true } });
      } catch {
        status.textContent = refused;
        return;
      }
      const recorder = new MediaRecorder(stream);
      const pieces = [];
      recorder.ondataavailable = (event) => pieces.push(event.data);
      recorder.onstop = () => {
        stream.getTracks().forEach((track) => track.stop());
        running = null;
        words.textContent = start;
        button.classList.remove("grave");
        status.textContent = "";
        keep(new Blob(pieces, { type: recorder.mimeType }));
      };
      recorder.start();
      running = { recorder, button };
      words.textContent = stop;
      button.classList.add("grave");
      const began = Date.now();
      const tick = () => {
        if (!running || running.recorder !== recorder) return;
        status.textContent = `${Math.round((Date.now() - began) / 1000)} s`;
        setTimeout(tick, 500);
      };
      tick();
    });
  });
})();
