// Visits that are kept on the phone until the server has them. Pages and the service worker share this file, so it is
// no module: it puts `fieldQueue` where both find it. A visit belongs to the account that filled it in.
(() => {
  const NAME = "zhicheng-field";
  const STORE = "visits";
  const KEPT_SENT_MS = 24 * 3600 * 1000;
  // A network that takes and answers nothing is none.
  const ASKS_MS = 10_000;
  const SENDS_MS = 120_000;

  const opened = () => new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });

  async function within(mode, work) {
    const base = await opened();
    try {
      return await new Promise((done, fail) => {
        // Kept means on the disk: the tab may be closed in the next moment.
        const change = base.transaction(STORE, mode, { durability: "strict" });
        const asked = work(change.objectStore(STORE));
        change.oncomplete = () => done(asked.result);
        change.onabort = change.onerror = () => fail(change.error);
      });
    } finally {
      base.close();
    }
  }

  const all = () => within("readonly", (store) => store.getAll());
  const get = (id) => within("readonly", (store) => store.get(id));
  const news = "BroadcastChannel" in self ? new BroadcastChannel(NAME) : null;
  const put = async (visit) => {
    await within("readwrite", (store) => store.put(visit));
    news?.postMessage("changed");
  };
  const drop = async (id) => {
    await within("readwrite", (store) => store.delete(id));
    news?.postMessage("changed");
  };

  // Who is signed in; `null`: nobody. Throws without a network.
  async function session() {
    const answer = await fetch("/field/session", { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(ASKS_MS) });
    if (answer.status === 401) return null;
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  // Sends one visit; says what became of it: taken, refused, or why it waits on.
  async function sendOne(visit, who) {
    const body = new FormData();
    body.append("csrf", who.csrf);
    body.append("visit", visit.id);
    body.append("account", visit.account);
    body.append("filled", visit.filled);
    body.append("sent", new Date().toISOString());
    for (const [name, value] of visit.fields) body.append(name, value);
    for (const file of visit.files) body.append(file.field, file.blob, file.name);
    let answer;
    try {
      answer = await fetch("/field/visits", { method: "POST", body, headers: { accept: "application/json" }, credentials: "same-origin", signal: AbortSignal.timeout(SENDS_MS) });
    } catch {
      return "offline";
    }
    let told = {};
    try {
      told = await answer.json();
    } catch {
      // A proxy that speaks for the server, or an answer that was cut off: it may have been taken, so it is sent again.
      if (answer.ok || answer.status >= 500) return "later";
      told = { state: "refused", problems: [{ code: String(answer.status), what: answer.statusText, remedy: "" }] };
    }
    if (told.state === "sign_in" || told.state === "account") return "sign_in";
    if (told.state !== "taken" && told.state !== "refused") return "later";
    const now = await get(visit.id);
    // Changed while it was under way: what stands on the phone now is judged when it is sent.
    if (!now || now.state !== "waiting" || now.filled !== visit.filled) return told.state;
    if (told.state === "taken") {
      // What the server has need not stay on a phone that may be lost.
      const { id, account, title, address } = visit;
      await put({ id, account, title, address, state: "sent", answer: told, sent: Date.now(), fields: [], files: [] });
    } else {
      await put({ ...now, state: "refused", problems: told.problems ?? [] });
    }
    return told.state;
  }

  async function sendAll() {
    const visits = await all();
    for (const visit of visits) {
      if (visit.state === "sent" && Date.now() - visit.sent > KEPT_SENT_MS) await drop(visit.id);
    }
    const waiting = visits.filter((visit) => visit.state === "waiting");
    let who;
    try {
      who = await session();
    } catch {
      return { state: "offline" };
    }
    if (!who) return { state: "sign_in" };
    const own = waiting.filter((visit) => visit.account === who.account);
    own.sort((a, b) => a.filled.localeCompare(b.filled));
    for (const visit of own) {
      const state = await sendOne(visit, who);
      if (state !== "taken" && state !== "refused") return { state, who };
    }
    return { state: "done", who, others: waiting.length - own.length };
  }

  // One window or the worker at a time; the server would take each visit once in any case.
  const send = () => {
    if (!self.navigator.locks) return sendAll();
    return navigator.locks.request("zhicheng-field-send", { ifAvailable: true }, (lock) => (lock ? sendAll() : { state: "busy" }));
  };

  const onChange = (work) => news?.addEventListener("message", work);
  self.fieldQueue = { all, get, put, drop, send, session, onChange };
})();
