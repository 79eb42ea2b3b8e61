// The sample follows what is typed, half a second later. Without this the button "Look at it" does the same.
{
  const form = document.getElementById("look");
  const picture = document.getElementById("look-sample");
  const said = document.getElementById("look-said");
  let waits = 0, last = "";
  const draw = async () => {
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") typed.append(name, value);
    const address = `${form.dataset.preview}?${typed}`;
    if (address === last) return;
    last = address;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (address !== last) return;
      if (answer.ok) {
        picture.src = address;
        said.textContent = "";
      } else if (answer.status === 422) said.textContent = (await answer.json()).detail || "";
    } catch { /* no network: the sample stays as it is, the form too */ }
  };
  if (form && picture) form.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(draw, 500);
  });
}
