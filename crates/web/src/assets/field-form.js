// The form of a visit: everything that is filled in stands on the phone at once, with photographs and signature, and is
// sent from there. Without this module it is a plain form.
import { ink } from "./field-ink.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.82;
const PHOTOGRAPHS_MAX = 20;
const DAY_MS = 24 * 3600 * 1000;
// What the queue itself adds when it sends.
const BESIDE = new Set(["csrf", "once", "visit", "account", "filled", "sent"]);

export async function fieldForm(root, queue) {
  const form = root.querySelector("form[data-field-form]");
  if (!form) return;
  const zh = document.documentElement.lang.startsWith("zh");
  const say = (chinese, english) => (zh ? chinese : english);
  const told = form.querySelector("[data-field-told]");
  const list = form.querySelector("[data-field-photographs]");
  const { account } = root.dataset;
  let id = new URLSearchParams(location.hash.slice(1)).get("visit");
  let kept = id ? await queue.get(id) : undefined;
  if (kept?.account !== account || kept?.state === "sent") kept = id = undefined;
  let photographs = [];

  // A day that the server filled in goes on with the days since: the page may be of yesterday.
  const passed = Math.floor(midnight(Date.now()) / DAY_MS) - Math.floor(midnight(Number(root.dataset.made)) / DAY_MS);
  if (passed > 0) {
    for (const day of form.querySelectorAll("input[type=date]")) {
      if (day.defaultValue) day.value = new Date(Date.parse(day.defaultValue) + passed * DAY_MS).toISOString().slice(0, 10);
    }
  }

  const place = form.querySelector("[data-field-ink]");
  const signature = ink(place, () => keep());
  const fallback = form.querySelector("[data-ink-file]");
  fallback.hidden = true;
  fallback.querySelector("input").disabled = true;

  const show = () => {
    list.replaceChildren(...photographs.map((one, at) => {
      const line = document.createElement("li");
      const away = document.createElement("button");
      away.type = "button";
      away.textContent = say("去掉", "Remove");
      away.setAttribute("aria-label", `${away.textContent} ${one.name}`);
      away.addEventListener("click", () => {
        photographs.splice(at, 1);
        show();
        keep();
      });
      if (one.blob.type.startsWith("image/")) {
        const picture = document.createElement("img");
        picture.src = URL.createObjectURL(one.blob);
        picture.alt = one.name;
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
        line.append(picture);
      }
      const name = document.createElement("span");
      name.className = "note";
      name.textContent = `${one.name} · ${Math.ceil(one.blob.size / 1024)} KB`;
      line.append(name, away);
      return line;
    }));
  };

  for (const field of form.querySelectorAll("input[data-photographs]")) {
    field.addEventListener("change", async (event) => {
      event.stopPropagation();
      const chosen = [...field.files];
      field.value = "";
      for (const file of chosen.slice(0, PHOTOGRAPHS_MAX - photographs.length)) {
        told.textContent = say("正在处理照片……", "working on the photograph …");
        photographs.push({ field: "evidence", ...(await scaled(file, photographs.length + 1)) });
        show();
      }
      await keep();
    });
  }

  const filled = async () => {
    const fields = [];
    const files = [...photographs];
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") {
        if (!BESIDE.has(name)) fields.push([name, value]);
      } else if (name !== "evidence" && value.size > 0) {
        files.push({ field: name, name: value.name, blob: value });
      }
    }
    // Files of fields cannot be put back into their inputs: they stay with the visit until another is chosen.
    for (const file of kept?.files ?? []) {
      const stays = file.field.startsWith("f.") && !files.some((one) => one.field === file.field);
      if (stays) files.push(file);
    }
    const signed = await signature.blob();
    if (signed) files.push({ field: "signature", name: "signature.png", blob: signed });
    return { fields, files };
  };

  let last = Promise.resolve();
  // One after the other, so that an earlier state never overwrites a later one.
  const keep = (state = "draft", problems = kept?.problems) => (last = last.then(async () => {
    id ??= crypto.randomUUID();
    const { fields, files } = await filled();
    kept = { id, account, address: location.pathname + location.search, title: titled(form), fields, files, state, problems, filled: new Date().toISOString() };
    await queue.put(kept);
    if (!location.hash.includes(id)) history.replaceState(null, "", `#visit=${id}`);
    told.textContent = say("已存在手机里", "kept on this phone");
  }).catch(() => {
    told.textContent = say("手机没有空间，没有存住；请先清理再继续", "not kept: the phone has no room. Make some and go on");
  }));

  if (kept) await restore();
  async function restore() {
    const texts = new Map();
    for (const [name, value] of kept.fields) texts.set(name, [...(texts.get(name) ?? []), value]);
    for (const field of form.elements) {
      if (!field.name || BESIDE.has(field.name) || field.type === "file" || field.type === "hidden") continue;
      const values = texts.get(field.name) ?? [];
      if (field.type === "checkbox") field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    }
    photographs = kept.files.filter((file) => file.field === "evidence");
    show();
    const signed = kept.files.find((file) => file.field === "signature");
    if (signed) await signature.restore(signed.blob);
    if (kept.state === "refused") tell(root, kept.problems, say);
    told.textContent = say("已填入手机里存着的内容", "filled in from what the phone keeps");
  }

  let waits = 0;
  form.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(keep, 400);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(waits);
    const problems = missing();
    if (problems.length) return tell(root, problems, say);
    form.querySelector("button.main").disabled = true;
    kept = kept && { ...kept, problems: undefined };
    await keep("waiting");
    const saved = await queue.get(id);
    if (saved?.state !== "waiting") {
      form.querySelector("button.main").disabled = false;
      return undefined;
    }
    // Where the browser can, it is sent also when this page is closed.
    const worker = await navigator.serviceWorker?.getRegistration("/field");
    await worker?.sync?.register("field").catch(() => undefined);
    location.assign("/field");
    return undefined;
  });

  function missing() {
    const problems = [];
    const least = Number(form.dataset.photographsLeast);
    const already = form.querySelectorAll("input[name=kept]:checked").length;
    if (photographs.length + already < least) {
      problems.push({ what: say(`照片至少 ${least} 张，现在 ${photographs.length} 张`, `${least} photographs at least; there are ${photographs.length}`), remedy: say("请补拍", "take what is missing") });
    }
    const signer = form.elements.signer.value.trim();
    const is_signed = signature.isSigned() || Boolean(form.elements.kept_signature);
    if (!form.elements.unsigned.value && is_signed && !signer) {
      problems.push({ what: say("有签名，没有写签名人的姓名", "there is a signature without the signer's name"), remedy: say("在签名下面写上姓名", "write the name under it") });
    }
    if (!form.elements.unsigned.value && !is_signed && signer) {
      problems.push({ what: say("写了签名人的姓名，没有签名", "there is the signer's name and no signature"), remedy: say("请对方签名，或注明拒签、不在场", "have it signed, or say that it was refused or nobody was there") });
    }
    return problems;
  }
}

// The days of the phone's own calendar.
function midnight(moment) {
  const at = new Date(moment);
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
}

// What tells one visit from another in the phone's list.
function titled(form) {
  const about = form.elements["f.subject_name"]?.value || form.elements["f.subject"]?.value || "";
  return about ? `${form.dataset.title} · ${about}` : form.dataset.title;
}

// What is wrong, above the form and at its field.
function tell(root, problems, say) {
  const place = root.querySelector("[data-field-problems]");
  const box = document.createElement("div");
  box.className = "problems";
  box.setAttribute("role", "alert");
  box.tabIndex = -1;
  const head = document.createElement("h2");
  head.textContent = say("请先改正", "Please put this right");
  const list = document.createElement("ul");
  for (const problem of problems ?? []) {
    const line = document.createElement("li");
    const what = document.createElement("strong");
    what.textContent = problem.what;
    line.append(what, problem.remedy ? ` ${problem.remedy} ` : " ");
    if (problem.code) {
      const code = document.createElement("span");
      code.className = "code";
      code.textContent = problem.code;
      line.append(code);
    }
    list.append(line);
    if (problem.field) document.getElementById(`f-${problem.field}`)?.setAttribute("aria-invalid", "true");
  }
  box.append(head, list);
  place.replaceChildren(box);
  box.focus();
}

// A photograph of a sensible size; what the browser cannot read goes as it is.
async function scaled(file, number) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const by = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * by));
    canvas.height = Math.max(1, Math.round(picture.height * by));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (blob) return { name: `photo-${number}.jpg`, blob };
  } catch {
    // Of a kind that this browser does not read.
  }
  return { name: file.name, blob: file };
}
