// A filter applies as soon as it is chosen: `data-submit` on a select.
export function filters(root) {
  for (const chosen of root.querySelectorAll("[data-submit]")) {
    chosen.addEventListener("change", () => chosen.form.requestSubmit());
  }
}
