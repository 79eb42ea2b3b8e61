// What stands between the pages and the network, so that what was taken along opens without one.
// The server fills in VERSION, KEEP, SHELLS, OUT and AWAY, and imports outbox.js before this.
const STATIC = `hv-static:${VERSION}`;
const COURSE = "hv-course:";

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(STATIC).then((cache) => cache.addAll(KEEP)));
});

// A new release takes over at once. Whatever an older worker kept goes, but for the courses, and for what the worker
// of another part of the site keeps for itself.
addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== STATIC && !/^hv-(course|own)/.test(name)) await caches.delete(name);
  await clients.claim();
})()));

addEventListener("sync", (event) => event.waitUntil(outbox.flush()));
// A page that came in the answer to a form (lms/js/learner.js) is shown without having been asked for, so it sends its
// path: the network is there, and what was learnt of a course that is here may have changed.
addEventListener("message", (event) => event.waitUntil(copyOf(event.data).then(([, course]) => reached(course))));

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Signing out: what the person has learnt is nobody's to see any more.
  if (request.method === "POST" && url.pathname === OUT) event.waitUntil(outbox.forget(""));
  if (request.method !== "GET" || url.origin !== location.origin || AWAY.test(url.pathname)) return;
  if (request.mode === "navigate") event.respondWith(page(event, url.pathname));
  else if (/^\/(static|tep)\//.test(url.pathname)) event.respondWith(file(request, url));
});

// The server was reached just now: what waits goes out, and the phone hears what was learnt of the course elsewhere.
const reached = (course) => outbox.flush().then(() => course && outbox.learn(course)).catch(() => {});

// The page from a course that is here whole, and which course that is.
async function copyOf(path) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(COURSE)) continue;
    const cache = await caches.open(name);
    const held = (await cache.match("/offline/whole")) && (await cache.match(path));
    if (held) return [held, name.split(":")[1]];
  }
  return [];
}

// In the language of what was taken along last.
async function shell() {
  const [last] = (await outbox.all("courses")).sort((a, b) => b.at - a.at);
  return caches.match(SHELLS[(last && last.ui) || "vi"]);
}

// The network first. Where there is a copy, a weak line gets three seconds, and a server in trouble none.
async function page(event, path) {
  const [copy, course] = await copyOf(path);
  const asked = fetch(event.request);
  const late = new Promise((_, fail) => copy && setTimeout(fail, 3000));
  try {
    const answer = await Promise.race([asked, late]);
    if (copy && answer.status >= 500) return copy;
    event.waitUntil(reached(course));
    return answer;
  } catch (error) {
    asked.catch(() => {});
    return copy || (await shell()) || Response.error();
  }
}

async function file(request, url) {
  const held = await caches.match(url.href);
  if (held) return request.headers.has("range") ? part(held, request.headers.get("range")) : held;
  try {
    const answer = await fetch(request);
    if (answer.status === 200 && url.pathname.startsWith("/static/")) (await caches.open(STATIC)).put(request, answer.clone());
    return answer;
  } catch (error) {
    return (await caches.match(url.href, { ignoreSearch: true })) || Response.error();
  }
}

// Players ask for pieces, to start early and to jump.
async function part(held, range) {
  const body = await held.blob();
  const asked = /bytes=(\d*)-(\d*)/.exec(range) || ["", "0", ""];
  const from = asked[1] ? Number(asked[1]) : body.size - Number(asked[2]);
  const to = asked[1] && asked[2] ? Math.min(Number(asked[2]), body.size - 1) : body.size - 1;
  const fits = from >= 0 && from <= to;
  const headers = { "Content-Type": held.headers.get("Content-Type"), "Accept-Ranges": "bytes" };
  headers["Content-Range"] = fits ? `bytes ${from}-${to}/${body.size}` : `bytes */${body.size}`;
  return new Response(fits ? body.slice(from, to + 1) : null, { status: fits ? 206 : 416, headers });
}
