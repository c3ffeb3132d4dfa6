// The field view on a phone: keeps its pages for the time without a network, lists what waits on the phone, and sends
// it. Without scripts the pages are plain pages.
import "./field-queue.js";
import { fieldForm } from "./field-form.js";

const queue = self.fieldQueue;
const root = document.querySelector("[data-field]");
const zh = document.documentElement.lang.startsWith("zh");
const say = (chinese, english) => (zh ? chinese : english);
const SEND_EVERY_MS = 20_000;

if (root && "indexedDB" in self) begin();

async function begin() {
  localStorage.setItem("field.account", root.dataset.account);
  fieldForm(root, queue);
  if (root.dataset.field === "list") {
    await list();
    queue.onChange(list);
  }
  await go();
  setInterval(go, SEND_EVERY_MS);
  addEventListener("online", go);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && go());
  await keepPages();
}

// Sends what waits, and says how things stand with the network.
async function go() {
  const { state, who, others } = await queue.send();
  if (state !== "busy") net(state, who, others ?? 0);
  if (root.dataset.field === "list") await list();
}

function net(state, who, others) {
  const place = root.querySelector("[data-field-net]");
  if (!place) return;
  const lines = [];
  if (state === "offline" || state === "later") {
    const since = root.dataset.madeShown ? say(`，清单是 ${root.dataset.madeShown} 的`, `; the list is of ${root.dataset.madeShown}`) : "";
    lines.push(say(`▲ 没有网络${since}。填好的先存在手机里，有网络时自动发送。`, `▲ No connection${since}. What you fill in is kept on the phone and sent by itself.`));
  } else if (state === "sign_in" || (who && who.account !== root.dataset.account)) {
    lines.push(say("▲ 登录已过期，请重新登录；手机里的检查不会丢，登录后自动继续发送。", "▲ The sign-in has ended: sign in again. What is on the phone is safe and goes on by itself."));
  }
  if (others > 0) lines.push(say(`这部手机里还有别人的 ${others} 份检查，等本人登录后发送。`, `${others} visits of somebody else wait on this phone until that person signs in.`));
  place.replaceChildren(lines.join(" "));
  if (state === "sign_in") {
    const link = document.createElement("a");
    link.href = "/sign-in?back=/field";
    link.textContent = say("重新登录", "Sign in again");
    place.append(" ", link);
  }
  place.className = lines.length ? "notice soon" : "notice";
  place.hidden = lines.length === 0;
}

const STATES = {
  draft: ["○", "填写中，还没有提交", "begun, not submitted yet", ""],
  waiting: ["▲", "等待发送", "waiting to be sent", "soon"],
  refused: ["■", "被退回，须改正", "refused: to be put right", "late"],
  sent: ["●", "已收到", "received", "on_track"],
};

// What is on this phone of whoever is signed in.
async function list() {
  const visits = (await queue.all()).filter((visit) => visit.account === root.dataset.account);
  const order = ["refused", "draft", "waiting", "sent"];
  visits.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const open = visits.filter((visit) => visit.state !== "sent").length;
  localStorage.setItem("field.open", String(open));
  root.querySelector("[data-field-outbox]").hidden = visits.length === 0;
  root.querySelector("[data-field-count]").textContent = visits.length;
  root.querySelector("[data-field-visits]").replaceChildren(...visits.map(card));
}

function card(visit) {
  const [sign, chinese, english, lamp] = STATES[visit.state];
  const made = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };
  const line = made("li", `visit ${lamp}`);
  line.dataset.state = visit.state;
  line.append(made("p", "visit-what", visit.title));
  const state = made("p", "visit-due");
  state.append(made("span", `lamp ${lamp}`, `${sign} ${say(chinese, english)}`));
  const photographs = visit.files.filter((file) => file.field === "evidence").length;
  if (photographs) state.append(" ", made("span", "note", say(`${photographs} 张照片`, `${photographs} photographs`)));
  line.append(state);
  for (const problem of visit.state === "refused" ? (visit.problems ?? []) : []) {
    line.append(made("p", "fault", `${problem.what} ${problem.remedy} ${problem.code ?? ""}`));
  }
  if (visit.answer) {
    const told = made("p", "note", `${visit.answer.accepted} `);
    const link = made("a", "", `#${visit.answer.number}`);
    link.href = visit.answer.receipt;
    told.append(link);
    if (visit.answer.is_clock_off) told.append(say(" ▲ 手机时钟不准，以服务器时间为准", " ▲ the phone's clock is off; the server's time counts"));
    line.append(told);
  }
  const actions = made("p", "actions");
  if (visit.state !== "sent") {
    const on = made("a", visit.state === "waiting" ? "button" : "button main", visit.state === "refused" ? say("改正", "Put it right") : visit.state === "draft" ? say("继续填写", "Go on") : say("查看、改动", "Look, change"));
    on.href = `${visit.address}#visit=${visit.id}`;
    actions.append(on);
    const away = made("button", "danger", say("删去", "Delete"));
    away.type = "button";
    away.addEventListener("click", async () => {
      const sure = say(`删去“${visit.title}”？照片和签名一并删去，不能恢复。`, `Delete “${visit.title}” with its photographs and signature? This cannot be undone.`);
      if (confirm(sure)) await queue.drop(visit.id).then(list);
    });
    actions.append(away);
  }
  if (actions.children.length) line.append(actions);
  return line;
}

// The worker keeps the list and the forms. It needs HTTPS, or the machine's own address.
async function keepPages() {
  if (!navigator.serviceWorker) return;
  const kept = root.querySelector("[data-field-kept]");
  try {
    await navigator.serviceWorker.register("/field/worker.js", { scope: "/field" });
    const worker = await navigator.serviceWorker.ready;
    if (root.dataset.field !== "list" || !navigator.onLine) return;
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data?.kept && kept) kept.textContent = data.kept === data.of ? say(" · 已可离线使用", " · ready for use without a signal") : "";
      if (data?.kept) root.dataset.kept = `${data.kept}/${data.of}`;
    });
    const keep = ["/field", ...root.dataset.keeps.split(" ").filter(Boolean)];
    worker.active?.postMessage({ account: root.dataset.account, keep });
  } catch {
    if (kept) kept.textContent = say(" · 这个浏览器不能离线使用", " · this browser cannot be used without a network");
  }
}
