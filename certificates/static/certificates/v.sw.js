// Keeps the page that checks papers, so that it opens and answers with neither a network nor a server.
// The server fills in VERSION, PAGE, LIVE and KEEP. Its scope is /v/: all other pages are the site's own worker's.
const NAME = `hv-own-v:${VERSION}`;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    await cache.addAll([PAGE, ...KEEP]);
    await Promise.all(LIVE.map((at) => cache.add(at).catch(async () => {
      const old = await caches.match(at);
      if (old) await cache.put(at, old);
    })));
  })());
});

addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("hv-own-v:") && name !== NAME) await caches.delete(name);
  await clients.claim();
})()));

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname === PAGE) event.respondWith(newest(PAGE));
  else if (LIVE.includes(url.pathname)) event.respondWith(newest(url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(url.pathname + url.search));
});

// The network first, for two seconds where there is something kept: an official at a counter does not wait longer.
async function newest(at) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(at);
  if (kept && !navigator.onLine) return kept;
  const late = new Promise((_, fail) => kept && setTimeout(fail, 2000));
  const asked = fetch(at, { cache: "no-cache" }).then(async (answer) => {
    if (answer.status === 200) await cache.put(at, answer.clone());
    return answer;
  });
  try {
    const answer = await Promise.race([asked, late]);
    return kept && answer.status >= 500 ? kept : answer;
  } catch (error) {
    asked.catch(() => {});
    return kept || Response.error();
  }
}

async function file(at) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(at);
  if (kept) return kept;
  try {
    const answer = await fetch(at);
    if (answer.status === 200) await cache.put(at, answer.clone());
    return answer;
  } catch (error) {
    return (await cache.match(at, { ignoreSearch: true })) || Response.error();
  }
}
