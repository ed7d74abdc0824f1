// How texts are searched, in the browser as on the server (kiosk/office).

const ALONE = { ß: "ss", ø: "o", ł: "l", đ: "d", ħ: "h", ı: "i", ŧ: "t", æ: "ae", œ: "oe", þ: "th", ð: "d", ς: "σ" };

/** A text as people search it: without accents and case, both in what is typed and in what is looked through. */
export function plain(text) {
	return text
		.toLowerCase()
		.normalize("NFD")
		.replace(/\p{M}/gu, "")
		.replace(/[ßøłđħıŧæœþðς]/g, (letter) => ALONE[letter]);
}
