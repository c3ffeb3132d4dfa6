// A grid that is filled down its columns: Enter and the arrows go to the same column of the next row.
// What the parts of a row that are known come to; the server says the same where scripts do not run.
function made(row, points) {
  let sum = 0, weights = 0;
  for (const part of row.querySelectorAll("[data-weight]")) {
    const text = (part.dataset.known ?? part.value).trim();
    if (text === "" || Number.isNaN(Number(text))) continue;
    sum += Number(part.dataset.weight) * Number(text) / Number(part.dataset.most);
    weights += Number(part.dataset.weight);
  }
  return weights ? String(Math.round(Number(points.dataset.max) * sum / weights * 100) / 100) : "";
}

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
      if (event.target === points) points.dataset.own = points.value.trim();
      else if (event.target.dataset.weight && !points.dataset.own) points.value = made(row, points);
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
