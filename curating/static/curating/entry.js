"use strict";
// The admin puts the cursor into a form's first field. It belongs where something is wrong, or is asked for first.
window.addEventListener("load", () => {
  const first = document.querySelector("[aria-invalid=true], [data-first-to-fill]");
  if (first) {
    first.focus();
  }
});
