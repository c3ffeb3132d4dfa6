// Tooltips are shown by hover and focus (CSS); Escape puts them away without moving either.
export function tips(root) {
  const body = document.body;
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") body.classList.add("no-tips");
  });
  for (const kind of ["pointerover", "focusin"]) {
    root.addEventListener(kind, (event) => {
      if (event.target.closest?.(".tip-of")) body.classList.remove("no-tips");
    });
  }
}
