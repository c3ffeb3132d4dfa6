// Evidence is dropped onto its field, pasted, or chosen; what was chosen is listed with its size.
export function drop(root) {
  for (const field of root.querySelectorAll("input[type=file][data-drop]")) make(field);
}

function make(field) {
  const zh = document.documentElement.lang.startsWith("zh");
  const place = document.createElement("div");
  place.className = "drop";
  const told = document.createElement("p");
  told.className = "drop-told";
  told.setAttribute("role", "status");
  const list = document.createElement("ul");
  list.className = "pieces";
  field.replaceWith(place);
  place.append(told, field, list);
  const chosen = new DataTransfer();

  const show = () => {
    field.files = chosen.files;
    list.replaceChildren(...[...chosen.files].map((file, at) => {
      const line = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = `${file.name} · ${size(file.size)} `;
      const away = document.createElement("button");
      away.type = "button";
      away.className = "quiet";
      away.textContent = zh ? "移除" : "Remove";
      away.setAttribute("aria-label", `${away.textContent} ${file.name}`);
      away.addEventListener("click", () => {
        chosen.items.remove(at);
        show();
        field.focus();
      });
      line.append(name, away);
      return line;
    }));
    told.textContent = chosen.files.length
      ? (zh ? `已选 ${chosen.files.length} 个文件` : `${chosen.files.length} chosen`)
      : (zh ? "把文件拖到这里，或选择、拍照" : "Drop files here, choose them, or take a photograph");
  };
  const add = (files) => {
    for (const file of files) {
      const known = [...chosen.files].some((one) => one.name === file.name && one.size === file.size);
      if (!known) chosen.items.add(file);
    }
    show();
  };
  field.addEventListener("change", () => add([...field.files]));
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    place.classList.add("over");
  });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    add([...event.dataTransfer.files]);
  });
  show();
}

function size(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
