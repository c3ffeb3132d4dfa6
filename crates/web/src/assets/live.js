// News: when something was accepted, the parts of the page that carry `data-live` are fetched anew.
// Nothing under the keyboard or the pointer of whoever types is touched.
export function live(then) {
  if (!document.querySelector("[data-live]")) return;
  let shown = Number(document.body.dataset.position);
  let newest = shown;
  let busy = false;

  const refresh = async () => {
    if (busy || newest <= shown || document.hidden) return;
    busy = true;
    const wanted = newest;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of document.querySelectorAll("[data-live]")) {
          const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
          if (!fresh || part.contains(document.activeElement) && document.activeElement !== document.body) continue;
          part.replaceWith(document.adoptNode(fresh));
          then(fresh);
        }
        const truth = page.querySelector(".where-truth");
        if (truth) document.querySelector(".where-truth")?.replaceWith(document.adoptNode(truth));
        shown = wanted;
      }
    } finally {
      busy = false;
    }
  };

  // A browser has six connections to a site: only the page that is looked at holds one. A page that is
  // left, or kept for the way back, lets go of it.
  let news = null;
  let waits = 0;
  const listen = () => {
    if (news || document.hidden) return;
    news = new EventSource("/live");
    news.addEventListener("position", (event) => {
      newest = Number(event.data);
      // Many in a row (an import) are one.
      clearTimeout(waits);
      waits = setTimeout(refresh, 250);
    });
  };
  const rest = () => {
    news?.close();
    news = null;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", listen);
  listen();
}
