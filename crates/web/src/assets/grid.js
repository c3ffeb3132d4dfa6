// A grid that is filled down its columns: Enter and the arrows go to the same column of the next row.
export function grid(root) {
  for (const table of root.querySelectorAll("table[data-grid]")) {
    table.addEventListener("keydown", (event) => {
      const field = event.target.closest("[data-column]");
      if (!field || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || field.tagName === "SELECT" && event.key !== "Enter") return;
      const column = [...table.querySelectorAll(`[data-column="${field.dataset.column}"]`)];
      event.preventDefault();
      const next = column[column.indexOf(field) + step];
      next?.focus();
      next?.select?.();
    });
    // Less than what the unit gave itself needs a reason: its field says so at once.
    table.addEventListener("input", (event) => {
      const row = event.target.closest("tr");
      const points = row?.querySelector("[data-column=points]");
      const reason = row?.querySelector("[data-column=reason]");
      if (!points || !reason) return;
      const least = Number(points.dataset.least);
      reason.required = points.value.trim() !== "" && Number(points.value) < least && Number(points.value) !== Number(points.dataset.proposed);
    });
  }
  // One box ticks all that stand below it.
  for (const all of root.querySelectorAll("[data-all]")) {
    all.addEventListener("change", () => {
      for (const box of all.closest("table").querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
    });
  }
}
