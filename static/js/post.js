// Posting a form without leaving the page.

/** Posts a form and returns {frame} or {error: {key, text, field}}; error.text is "" when the
 * server did not answer at all. Another page as the answer is gone to, unless stay says that this
 * one will do. */
export async function post(form, { submitter, fields = {}, stay = false } = {}) {
	const data = new URLSearchParams(new FormData(form));
	if (submitter?.name) data.set(submitter.name, submitter.value);
	for (const [name, text] of Object.entries(fields)) data.set(name, text);
	let answer, body;
	try {
		answer = await fetch(form.getAttribute("action"), {
			method: "POST",
			body: data,
			headers: { Accept: "application/json" },
			redirect: stay ? "manual" : "follow",
			signal: AbortSignal.timeout(15_000),
		});
		const json = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
		body = json ? await answer.json() : null;
	} catch {
		return { error: { key: "unreachable", text: "" } };
	}
	if (body?.error) return { error: body.error };
	if (stay && (answer.ok || answer.type === "opaqueredirect")) return { frame: body?.epoch ? body : null };
	if (body?.go) return go(body.go);
	if (body?.epoch) return { frame: body };
	if (answer.redirected) return go(answer.url);
	if (answer.ok) return go(location.href);
	return { error: { key: "unreachable", text: "" } };
}

function go(address) {
	location.assign(address);
	return new Promise(() => {});
}
