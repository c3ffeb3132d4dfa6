// Drafts: what is typed into a form with `data-draft` is kept as it is typed, on the server, and in the
// browser where the connection is lost.
export function drafts(root) {
  for (const form of root.querySelectorAll("form[data-draft]")) keep(form);
}

function keep(form) {
  const key = `draft ${form.dataset.draft}`;
  const told = form.querySelector("[data-draft-told]");
  const zh = document.documentElement.lang.startsWith("zh");
  let waits = 0;
  const typed = () => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "once" && name !== "csrf") body.append(`f.${name}`, value);
    }
    return body;
  };
  const save = async () => {
    const body = typed();
    localStorage.setItem(key, body.toString());
    body.append("form", form.dataset.draft);
    body.append("csrf", form.elements.csrf.value);
    try {
      const answer = await fetch("/drafts", { method: "POST", body });
      if (!answer.ok) throw new Error(String(answer.status));
      localStorage.removeItem(key);
      if (told) told.textContent = zh ? "草稿已保存" : "draft saved";
    } catch {
      if (told) told.textContent = zh ? "没有连上，草稿留在这台设备上" : "no connection: the draft stays on this device";
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(save, 800);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waits);
    localStorage.removeItem(key);
  });
  window.addEventListener("online", () => localStorage.getItem(key) && save());
  // What a lost connection left here.
  const left = localStorage.getItem(key);
  if (left) {
    for (const [name, value] of new URLSearchParams(left)) {
      const field = form.elements[name.slice(2)];
      if (field && "value" in field && field.type !== "file") field.value = value;
    }
    save();
  }
}
