// A signature, written on a canvas with finger, pen or mouse, and given as a PNG: dark on white in every mode.
const INK = "#10262c";
const GROUND = "#ffffff";
const LINE_WIDTH = 2.4;

export function ink(place, changed) {
  const canvas = place.querySelector("canvas");
  const told = place.querySelector("[data-ink-told]");
  const zh = document.documentElement.lang.startsWith("zh");
  const pen = canvas.getContext("2d");
  let strokes = [];
  let before = null; // what was signed in an earlier sitting
  place.hidden = false;

  const draw = () => {
    const scale = window.devicePixelRatio || 1;
    const { width, height } = canvas.getBoundingClientRect();
    if (!width) return;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    pen.fillStyle = GROUND;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (before) pen.drawImage(before, 0, 0, canvas.width, canvas.height);
    pen.scale(scale, scale);
    pen.lineWidth = LINE_WIDTH;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = INK;
    for (const stroke of strokes) {
      pen.beginPath();
      for (const [at, [x, y]] of stroke.entries()) at ? pen.lineTo(x * width, y * height) : pen.moveTo(x * width, y * height);
      // A point is a stroke too.
      if (stroke.length === 1) pen.lineTo(stroke[0][0] * width + 0.1, stroke[0][1] * height);
      pen.stroke();
    }
    told.textContent = is_signed() ? (zh ? "已签名" : "signed") : (zh ? "请在框内签名" : "sign in the box");
  };
  const is_signed = () => before !== null || strokes.length > 0;
  const point = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  };

  let current = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    current = [point(event)];
    strokes.push(current);
    draw();
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!current) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) current.push(point(one));
    draw();
  });
  const end = () => {
    if (!current) return;
    current = null;
    changed();
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  place.querySelector("[data-ink-clear]").addEventListener("click", () => {
    strokes = [];
    before = null;
    draw();
    changed();
  });
  new ResizeObserver(draw).observe(canvas);
  draw();

  return {
    isSigned: is_signed,
    blob: () => (is_signed() ? new Promise((done) => canvas.toBlob(done, "image/png")) : null),
    restore: async (blob) => {
      before = await createImageBitmap(blob);
      draw();
    },
  };
}
