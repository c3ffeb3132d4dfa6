// The service worker of the field view: its pages and forms open without a network, and what waits is sent when the
// network is back, also when no page is open. BUILD and SHELL stand above, written by the server.
const PAGES = "field-pages ";
const ASSETS = `field-assets ${BUILD}`;
const WAITS_MS = 8000;

importScripts(SHELL.find((address) => address.endsWith("/field-queue.js")));

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(ASSETS).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("field-assets ") && name !== ASSETS) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});

// A page that was kept under an earlier build names that build's assets: the same names of this one serve it.
async function asset(request) {
  const cache = await caches.open(ASSETS);
  const name = new URL(request.url).pathname.split("/").slice(3).join("/");
  const kept = (await cache.match(request)) ?? (await cache.match(`/assets/${BUILD}/${name}`));
  return kept ?? fetch(request);
}

async function page(request) {
  const patience = new AbortController();
  const waits = setTimeout(() => patience.abort(), WAITS_MS);
  try {
    return await fetch(request, { signal: patience.signal });
  } catch {
    return (await kept(request.url)) ?? (await kept("/field")) ?? nothing();
  } finally {
    clearTimeout(waits);
  }
}

async function kept(address) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const found = await (await caches.open(name)).match(address);
    if (found) return found;
  }
  return undefined;
}

function nothing() {
  const text = "没有网络，这一页没有存在手机里。有网络时打开一次“现场检查”。\nNo connection, and this page is not kept on the phone. Open “In the field” once while connected.";
  return new Response(text, { status: 503, headers: { "content-type": "text/plain; charset=utf-8" } });
}

// What is being kept now, and how it is broken off: whoever signs out meanwhile leaves nothing behind.
let keeping = Promise.resolve();
let leaving = new AbortController();

async function forget() {
  leaving.abort();
  leaving = new AbortController();
  await keeping;
  for (const name of await caches.keys()) if (name.startsWith(PAGES)) await caches.delete(name);
}

// Keeps the pages of one account; those of another go.
async function keep(account, addresses) {
  const { signal } = leaving;
  const own = PAGES + account;
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES) && name !== own) await caches.delete(name);
  }
  const cache = await caches.open(own);
  let count = 0;
  for (const address of addresses) {
    let answer;
    try {
      answer = await fetch(address, { redirect: "manual", credentials: "same-origin", cache: "no-cache", signal });
    } catch {
      break;
    }
    // Led elsewhere: nobody is signed in any more. What is kept stays until somebody signs out.
    if (answer.type === "opaqueredirect") break;
    if (!answer.ok) continue;
    await cache.put(address, answer);
    count += 1;
  }
  if (count === addresses.length) {
    const wanted = new Set(addresses.map((address) => new URL(address, self.location.origin).href));
    for (const request of await cache.keys()) {
      if (!wanted.has(request.url)) await cache.delete(request);
    }
  }
  return count;
}

self.addEventListener("message", (event) => {
  const { account, keep: addresses, forget: leaves } = event.data ?? {};
  if (leaves) event.waitUntil(forget().then(() => event.ports[0]?.postMessage("forgotten")));
  if (!addresses) return;
  const kept = keeping.then(() => keep(account, addresses));
  keeping = kept.catch(() => 0);
  event.waitUntil(kept.then((count) => event.source?.postMessage({ kept: count, of: addresses.length })));
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "field") return;
  event.waitUntil(self.fieldQueue.send().then((done) => {
    // The browser tries again later by itself where this fails.
    if (done.state === "offline" || done.state === "later") throw new Error(done.state);
  }));
});
