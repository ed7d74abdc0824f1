// What customers may do on their screen: choose a language or a tip. It serves the display and a
// till that is turned to the customer.

import { post } from "./post.js";

/** Lets the forms of a customer's screen post without leaving the page: that would end full screen
 * and sound. scope is the document or a shadow root, connection what live() gave. */
export function choices(scope, connection) {
	scope.addEventListener("submit", async (e) => {
		if (!e.target.matches("[data-post]")) return;
		e.preventDefault();
		const { frame, error } = await post(e.target, { submitter: e.submitter, stay: true });
		if (frame) connection.take(frame);
		else if (!error) connection.again();
		const fault = scope.getElementById("fault");
		if (!fault) return;
		fault.replaceChildren(error?.text ?? "", ...(error?.readings ?? []).map(reading));
		fault.hidden = !error?.text;
	});
}

// What an amount could mean is chosen with one tap.
function reading({ cents, face }) {
	const button = document.createElement("button");
	[button.name, button.value, button.textContent] = ["tip", cents, face];
	return button;
}
