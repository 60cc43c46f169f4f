// Files to send without looking for any: a picture, a voice, a document.
// Invariant: made in the browser, small, and really what their type says.

const SKIES = [["#f6b26b", "#cc4125"], ["#6fa8dc", "#0b5394"], ["#93c47d", "#38761d"], ["#c27ba0", "#741b47"]];
let taken = 0;

const two = (number) => String(number).padStart(2, "0");

/** A landscape as a JPEG; each one looks different. */
export async function photo() {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [960, 640];
  paint(canvas.getContext("2d"), taken);
  taken += 1;
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
  return { kind: "photo", name: `photo-${two(taken)}.jpg`, mime: "image/jpeg", base64: await base64(blob) };
}

function paint(context, number) {
  const [bright, dark] = SKIES[number % SKIES.length];
  const sky = context.createLinearGradient(0, 0, 0, 640);
  sky.addColorStop(0, bright);
  sky.addColorStop(1, "#fff7e6");
  context.fillStyle = sky;
  context.fillRect(0, 0, 960, 640);
  context.fillStyle = "rgba(255, 255, 255, 0.85)";
  context.beginPath();
  context.arc(700 - 90 * (number % 4), 190, 70, 0, 7);
  context.fill();
  for (const [height, alpha] of [[330, 0.35], [420, 0.6], [510, 0.95]]) {
    context.globalAlpha = alpha;
    context.fillStyle = dark;
    context.beginPath();
    context.moveTo(0, 640);
    for (let x = 0; x <= 960; x += 20) context.lineTo(x, height + 46 * Math.sin(x / 130 + height + number) + 14 * Math.sin(x / 37 + number));
    context.lineTo(960, 640);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** Two seconds of a soft tune as a WAV. */
export async function voice() {
  const rate = 8000;
  const count = rate * 2;
  const view = new DataView(new ArrayBuffer(44 + count));
  const ascii = (at, text) => [...text].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  ascii(0, "RIFF");
  view.setUint32(4, 36 + count, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  ascii(36, "data");
  view.setUint32(40, count, true);
  const notes = [262, 330, 392, 330];
  for (let at = 0; at < count; at += 1) {
    const within = (at % (count / 4)) / (count / 4);
    const tone = Math.sin((2 * Math.PI * notes[Math.floor((at / count) * 4)] * at) / rate);
    view.setUint8(44 + at, 128 + 60 * tone * Math.sin(Math.PI * within));
  }
  return { kind: "voice", name: "voice.wav", mime: "audio/wav", base64: await base64(new Blob([view])) };
}

/** A one-page PDF. */
export async function paper() {
  const text = "BT /F1 24 Tf 72 720 Td (Act of acceptance No. 17) Tj ET";
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let pdf = "%PDF-1.4\n";
  const places = objects.map((object, index) => {
    const at = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const table = pdf.length;
  pdf += `xref\n0 6\n0000000000 65535 f \n${places.join("")}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return { kind: "document", name: "Акт № 17.pdf", mime: "application/pdf", base64: await base64(new Blob([pdf])) };
}

const MOST_BYTES = 20 * 1024 * 1024;
const KINDS = [["image/gif", "animation"], ["image/", "photo"], ["video/", "video"], ["audio/", "audio"]];

/** A file that somebody chose; one that bots could not fetch is sent as a size alone. */
export async function chosen(file) {
  const kind = KINDS.find(([prefix]) => file.type.startsWith(prefix))?.[1] ?? "document";
  const about = { kind, name: file.name, mime: file.type || "application/octet-stream" };
  // The page's server takes no bodies beyond a megabyte or so; the size is what matters to a bot.
  if (file.size > MOST_BYTES / 30) return { ...about, size: file.size };
  return { ...about, base64: await base64(file) };
}

async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
