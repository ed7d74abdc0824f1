// Shows how far a long file is. Without this module the form gets the file as any link would.

const piece = (bytes) => {
  let lines = 0;
  for (const b of bytes) if (b === 10) lines++;
  return lines;
};

const nameOf = (answer) => /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "")?.[1] || "file";

async function collect(answer, told) {
  const rows = Number(answer.headers.get("X-Rows")) || 1;
  const parts = [];
  let lines = 0;
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    lines += piece(value);
    told(Math.min(99, Math.floor((100 * lines) / rows)));
  }
  told(100);
  return new Blob(parts, { type: answer.headers.get("Content-Type") });
}

function keep(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function get(form) {
  const note = form.querySelector(".progress");
  const bar = note.querySelector("progress");
  const words = note.querySelector("span");
  note.hidden = false;
  const told = (percent) => {
    bar.value = percent;
    words.textContent = `${percent} %`;
  };
  told(0);
  const answer = await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`);
  if (!answer.ok) throw new Error(String(answer.status));
  keep(await collect(answer, told), nameOf(answer));
}

for (const form of document.querySelectorAll("form[data-export]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await get(form);
    } catch {
      form.submit(); // the page that answers says what is wrong
    } finally {
      button.disabled = false;
    }
  });
}
