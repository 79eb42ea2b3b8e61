//= lms/js/page.js
// Makes the learner's pages nicer: answers in their place, the next page in the answer, how far a lesson was read.
(() => {
  const { tell, wait, buttonOf } = self.page;

  // A form that leads onward gets the next page in its answer, without the style sheet, which is here: one trip over a
  // weak line and not two. What needs more than this page has is opened as always.
  let here = location.pathname;
  const needs = (page) => [...page.querySelectorAll("script, [rel=stylesheet]")].map((file) => file.getAttribute("src") || file.getAttribute("href")).join();
  const open = (page, url) => {
    document.dispatchEvent(new Event("hvs-away"));
    if (window.speechSynthesis) speechSynthesis.cancel();
    if (url.href !== location.href) history.pushState(null, "", url);
    here = url.pathname;
    document.querySelector("title").replaceWith(page.querySelector("title")); // with the language that it is in
    document.body.replaceWith(document.adoptNode(page.body));
    scrollTo(0, 0);
    follow();
    tell(document);
    document.dispatchEvent(new Event("hvs-here"));
    const keeper = navigator.serviceWorker && navigator.serviceWorker.controller;
    if (keeper) keeper.postMessage(url.pathname); // which else hears of pages as they are asked for
    const to = url.hash && document.getElementById(url.hash.slice(1));
    if (to) to.scrollIntoView();
    const box = to || document.querySelector("[data-focus], [role=alert]") || document.getElementById("main");
    box.tabIndex = -1;
    box.focus({ preventScroll: box.id === "main" });
  };
  const onward = async (form, button, body) => {
    let answer;
    let page;
    try {
      answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "page" } });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      wait(button, false);
      const said = form.querySelector("[data-unsent]") || document.createElement("p");
      said.className = "error";
      said.tabIndex = -1;
      said.dataset.unsent = "";
      said.textContent = form.dataset.onward;
      form.prepend(said);
      said.focus({ preventScroll: !!form.closest(".dock") });
      return;
    }
    const url = new URL(answer.headers.get("Content-Location") || answer.url, location.href);
    if (answer.status >= 500) return form.submit();
    try {
      if (!page.querySelector("style") && needs(page) === needs(document)) return open(page, url);
    } catch {
      // An old browser that lacks something: the page is opened as always.
    }
    location.assign(url);
  };
  addEventListener("popstate", () => location.pathname !== here && location.reload());

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = buttonOf(form, event);
    const place = form.dataset.fragment && document.getElementById(form.dataset.fragment);
    if (form.method !== "post" || "file" in form.dataset) return;
    if ("onward" in form.dataset && !document.querySelector("style[data-sheet]")) {
      event.preventDefault();
      if (button.disabled) return;
      const sent = new URLSearchParams(new FormData(form, button.name ? button : undefined));
      wait(button, true);
      onward(form, button, sent);
      return;
    }
    if (!place) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, button && button.name ? button : undefined));
    wait(button, true);
    fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "1" } })
      .then((answer) => (answer.redirected || answer.status >= 500 ? Promise.reject(answer) : answer.text()))
      .then((html) => {
        const holder = document.createElement("template");
        holder.innerHTML = html;
        const fresh = holder.content.querySelector(`#${place.id}`);
        if (!fresh) throw new Error("no fragment");
        place.replaceWith(fresh);
        tell(fresh);
      })
      .catch(() => form.submit());
  });

  // How far a lesson was read: told once, on leaving, where it is news.
  let leave;
  const follow = () => {
    leave = () => {};
    const reading = document.querySelector("[data-place]");
    if (!reading || !window.IntersectionObserver || !navigator.sendBeacon) return;
    const blocks = [...reading.querySelectorAll(".block")];
    let furthest = 0;
    let told = 0;
    const seen = new IntersectionObserver((entries) =>
      entries.forEach((entry) => {
        if (entry.isIntersecting) furthest = Math.max(furthest, blocks.indexOf(entry.target));
      }),
    );
    blocks.forEach((block) => seen.observe(block));
    leave = () => {
      if (furthest <= told || document.querySelector(".dock button:disabled")) return;
      told = furthest;
      navigator.sendBeacon(reading.dataset.place, new URLSearchParams({ block: blocks[furthest].id }));
    };
  };
  addEventListener("pagehide", () => leave());
  document.addEventListener("visibilitychange", () => document.hidden && leave());

  follow();
})();
