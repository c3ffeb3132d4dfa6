// A part of a page that says how far something is: fetched anew every few seconds until it no longer asks for it.
export function refresh(root) {
  for (const part of root.querySelectorAll("[data-refresh]")) again(part);
}

function again(part) {
  setTimeout(async () => {
    if (!part.isConnected) return;
    try {
      const answer = document.hidden ? null : await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer?.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
        if (fresh) {
          part.replaceWith(document.adoptNode(fresh));
          part = fresh;
        }
      }
    } catch {
      // A lost connection is asked again.
    }
    if (part.dataset.refresh) again(part);
  }, Number(part.dataset.refresh) * 1000);
}
