// A report prints from a button too: a tablet in full screen has no other.
const button = document.getElementById("print");
if (button) {
	button.hidden = false;
	button.addEventListener("click", () => print());
}
