// The kill switch: takes the place of whatever worker a phone runs, gives its room back, and goes. It leans on nothing.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) await caches.delete(name);
  await registration.unregister();
})()));
