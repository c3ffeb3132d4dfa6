// Parts that cost more come after the page: the link in `data-lazy` is replaced by what its page says.
export function lazy(root) {
  for (const place of root.querySelectorAll("[data-lazy]")) {
    const link = place.querySelector("a");
    if (!link) continue;
    fetch(link.href, { headers: { accept: "text/html" } })
      .then(async (answer) => {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const part = page.querySelector("[data-lazy-part]");
        if (answer.ok && part) place.replaceChildren(...part.childNodes);
      })
      .catch(() => {});
  }
}
