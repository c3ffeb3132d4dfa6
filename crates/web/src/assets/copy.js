// Copies a text of the page: `data-copy` names the element. Without scripts the button stays hidden.
export function copies(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  if (root !== document) return;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    const from = button && document.getElementById(button.dataset.copy);
    if (!from) return;
    const zh = document.documentElement.lang.startsWith("zh");
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(from.textContent);
      button.textContent = zh ? "已复制" : "Copied";
    } catch {
      // Not allowed here: select it, so that the keyboard can.
      getSelection().selectAllChildren(from);
      button.textContent = zh ? "已选中，按 Ctrl+C" : "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = said; }, 2000);
  });
}
