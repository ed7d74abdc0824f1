// Enrolling takes a POST, so that a link preview cannot use the ticket up; a person need not press
// anything all the same.

document.getElementById("enrol").requestSubmit();
