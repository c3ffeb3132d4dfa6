// Suggestions while typing: an input with `data-suggest` gets a list of options from that address. The value
// is what stands for it (an identity), the text who it is. Without scripts it is an input of text.
export function suggest(root) {
  for (const input of root.querySelectorAll("[data-suggest]")) {
    const list = document.createElement("datalist");
    list.id = `suggest-${input.id}`;
    input.after(list);
    input.setAttribute("list", list.id);
    let waits = 0;
    let asked = "";
    input.addEventListener("input", () => {
      clearTimeout(waits);
      const text = input.value.trim();
      if (!text || text === asked) return;
      waits = setTimeout(async () => {
        asked = text;
        // Without a connection there are no suggestions; what is typed stands.
        const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`).catch(() => null);
        if (!answer?.ok || input.value.trim() !== text) return;
        const found = new DOMParser().parseFromString(`<select>${await answer.text()}</select>`, "text/html");
        list.replaceChildren(...found.querySelectorAll("option"));
      }, 200);
    });
  }
}

// Work that goes on in the background: the part is fetched anew until it says that it ended.
export function progress(root) {
  const part = root.querySelector("[data-progress]");
  if (!part) return;
  const again = async () => {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-progress]");
      if (!fresh) return location.reload();
      document.querySelector("[data-progress]")?.replaceWith(document.adoptNode(fresh));
    } catch {
      // No connection: the next try.
    }
    setTimeout(again, 1000);
  };
  setTimeout(again, 1000);
}
