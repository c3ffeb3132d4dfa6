// The why drawer: a link with `data-drawer` opens its page beside the one that is read.
export function drawer(root) {
  const aside = document.getElementById("drawer");
  if (!aside) return;
  let from = null;

  const close = () => {
    aside.hidden = true;
    aside.replaceChildren();
    from?.focus();
  };

  const open = async (address) => {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.getElementById("main");
    if (!answer.ok || !main) {
      location.href = address;
      return;
    }
    const zh = document.documentElement.lang.startsWith("zh");
    const button = document.createElement("button");
    button.className = "drawer-close";
    button.textContent = zh ? "关闭" : "Close";
    button.addEventListener("click", close);
    const whole = document.createElement("p");
    const link = document.createElement("a");
    link.href = address;
    link.textContent = zh ? "作为单独的页面打开" : "Open as a page of its own";
    whole.append(link);
    aside.replaceChildren(button, ...main.childNodes, whole);
    for (const copy of aside.querySelectorAll("[data-copy]")) copy.hidden = false;
    aside.hidden = false;
    aside.scrollTop = 0;
    button.focus();
  };

  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    if (!aside.contains(link)) from = link;
    open(link.href).catch(() => { location.href = link.href; });
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !aside.hidden) close();
  });
}
