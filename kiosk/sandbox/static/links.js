// Keeps the list of open links fresh without taking the keyboard away from anybody: the list is
// replaced only when it changed, and the focus goes back to the same button.
const every = 2000;
let running = false;

async function refresh() {
  if (running || document.hidden) return;
  running = true;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#links");
    const shown = document.querySelector("#links");
    if (!fresh || !shown || fresh.innerHTML === shown.innerHTML) return;
    const focused = document.activeElement?.id;
    shown.replaceWith(document.adoptNode(fresh));
    if (focused) document.getElementById(focused)?.focus();
  } catch {
    // The sandbox is being restarted; the next round finds it again.
  } finally {
    running = false;
  }
}

setInterval(refresh, every);
document.addEventListener("visibilitychange", refresh);
