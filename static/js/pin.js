// The PIN pad types into the field that is there without script, too.

const form = document.getElementById("pin");
const field = form.elements.pin;
const go = form.querySelector(".go");

form.querySelector(".digits").hidden = false;
field.inputMode = "none";

form.addEventListener("click", (e) => {
	const what = e.target.closest("[data-digit]")?.dataset.digit;
	if (!what) return;
	if (what === "clear") field.value = "";
	else if (what === "back") field.value = field.value.slice(0, -1);
	else if (field.value.length < field.maxLength) field.value += what;
});
form.addEventListener("change", (e) => {
	if (e.target.name === "staff") {
		field.value = "";
		field.focus({ preventScroll: true });
	}
});

// Digits go into the field wherever the focus is.
document.addEventListener("keydown", (e) => {
	if (e.target === field || e.ctrlKey || e.metaKey || e.altKey) return;
	if (/^[0-9]$/.test(e.key) || e.key === "Backspace") field.focus({ preventScroll: true });
});
if (form.querySelector("[name=staff]:checked")) field.focus({ preventScroll: true });

// Blocked: the button comes back by itself.
const wait = Number(go.dataset.wait);
if (wait > 0) {
	go.disabled = true;
	setTimeout(() => {
		go.disabled = false;
		document.getElementById("fault").hidden = true;
	}, wait);
}
