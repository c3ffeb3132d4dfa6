// What the field view keeps on this device goes with its account: cleared at sign-out, and its pages as soon as somebody
// else is signed in. Visits that were not sent are named before they go; those of another account stay for that person.
// Whoever signed out before this ran is on a page that says so: the pages go, and visits stay, for nobody was asked.
export function fieldOut(root) {
  const kept = localStorage.getItem("field.account");
  const { account, signedOut } = document.body.dataset;
  if (kept && (signedOut !== undefined || (account && kept !== account))) forgetPages();
  for (const form of root.querySelectorAll('form[action="/sign-out"]')) {
    form.addEventListener("submit", (event) => kept && leave(event, form, account));
    form.dataset.forgets = "";
  }
}

async function leave(event, form, account) {
  event.preventDefault();
  await import("./field-queue.js");
  const own = (await self.fieldQueue.all()).filter((visit) => visit.account === account);
  const open = own.filter((visit) => visit.state !== "sent").length;
  const zh = document.documentElement.lang.startsWith("zh");
  const sure = zh
    ? `手机里有 ${open} 份检查还没有发出，退出登录会把它们删去，不能恢复。仍要退出？`
    : `${open} visits on this device have not been sent. Signing out deletes them; this cannot be undone. Sign out?`;
  if (open > 0 && !confirm(sure)) return;
  for (const visit of own) await self.fieldQueue.drop(visit.id);
  await forgetPages();
  form.submit();
}

async function forgetPages() {
  localStorage.removeItem("field.account");
  localStorage.removeItem("field.open");
  if (!self.caches) return;
  await workerForgets();
  for (const name of await caches.keys()) if (name.startsWith("field-pages ")) await caches.delete(name);
}

// The worker may be keeping pages at this moment: it breaks off and forgets them first.
async function workerForgets() {
  const worker = (await navigator.serviceWorker?.getRegistration("/field"))?.active;
  if (!worker) return;
  const { port1, port2 } = new MessageChannel();
  const forgotten = new Promise((done) => {
    port1.onmessage = done;
    setTimeout(done, 3000);
  });
  worker.postMessage({ forget: true }, [port2]);
  await forgotten;
}
