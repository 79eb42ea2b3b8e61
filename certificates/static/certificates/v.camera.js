// Reads the square from a photo, or from the camera, where the browser can.
export const start = (check, find, show) => {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const seen = async (picture) => {
    const codes = await detector.detect(picture);
    if (codes.length) await check(codes[0].rawValue);
    return codes.length > 0;
  };
  show("photo");
  find("file").addEventListener("change", async ({ target }) => {
    if (!target.files.length) return;
    find("no-code").hidden = await createImageBitmap(target.files[0]).then(seen).catch(() => false);
    target.value = "";
  });
  const film = find("film");
  if (!navigator.mediaDevices) return;
  show("camera");
  find("camera").addEventListener("click", async () => {
    try {
      film.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (error) {
      show("no-camera");
      return;
    }
    film.hidden = false;
    await film.play();
    while (!(await seen(film).catch(() => false))) await new Promise((done) => setTimeout(done, 250));
    film.srcObject.getTracks().forEach((track) => track.stop());
    film.hidden = true;
  });
};
