// The PIN pad types into the field that is there without script, too. The last digit of a PIN of the
// stall's length signs in.

const form = document.getElementById("pin");
const { pin: field, other } = form.elements;
const go = form.querySelector(".go");
const length = Number(field.dataset.length);

for (const el of form.querySelectorAll("[data-digit], .other")) el.hidden = false;
field.inputMode = "none";

const chosen = () => form.querySelector("[name=staff]:checked");
chosen()?.parentElement.scrollIntoView({ block: "nearest", inline: "center" });

function typed() {
	if (field.value.length === length && !other.checked && !go.disabled && chosen()) form.requestSubmit(go);
}
form.addEventListener("submit", () => {
	setTimeout(() => {
		go.disabled = true; // not before the browser has read the form
	});
});

form.addEventListener("click", (e) => {
	const what = e.target.closest("[data-digit]")?.dataset.digit;
	if (!what) return;
	if (what === "back") field.value = field.value.slice(0, -1);
	else if (field.value.length < field.maxLength) {
		field.value += what;
		typed();
	}
});
field.addEventListener("input", typed);
form.addEventListener("change", (e) => {
	if (e.target === field) return;
	field.value = "";
	field.focus({ preventScroll: true });
});

// Digits go into the field wherever the focus is.
document.addEventListener("keydown", (e) => {
	if (e.target === field || e.ctrlKey || e.metaKey || e.altKey) return;
	if (/^[0-9]$/.test(e.key) || e.key === "Backspace") field.focus({ preventScroll: true });
});
if (chosen()) field.focus({ preventScroll: true });

// Blocked: the button comes back by itself.
const wait = Number(go.dataset.wait);
if (wait > 0) {
	go.disabled = true;
	setTimeout(() => {
		go.disabled = false;
		document.getElementById("fault").hidden = true;
	}, wait);
}
