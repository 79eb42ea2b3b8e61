//= lms/js/page.js
// One box: a file dropped on the form is chosen, and the camera reads the square where the browser can. All works without it.
(() => {
  const form = document.querySelector("[data-check]");
  if (!form) return;
  const { number, file } = form.elements;
  const send = () => form.requestSubmit();
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    file.files = event.dataTransfer.files;
    send();
  });
  const box = form.querySelector("[data-camera]");
  const devices = navigator.mediaDevices;
  if (!window.BarcodeDetector || !devices) return;
  box.hidden = false;
  const [button, video] = box.children;
  button.addEventListener("click", async () => {
    try {
      video.srcObject = await devices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      file.click(); // no camera, or not allowed: a photograph does as well
      return;
    }
    video.hidden = false;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const look = async () => {
      const [found] = await detector.detect(video).catch(() => []);
      if (!found) return setTimeout(look, 200);
      video.srcObject.getTracks().forEach((track) => track.stop());
      number.value = found.rawValue;
      send();
    };
    look();
  });
})();
