"use strict";
// The admin puts the cursor into a form's first field. Where a page asks for another one first, it goes there.
window.addEventListener("load", () => {
  const first = document.querySelector("[data-first-to-fill]");
  if (first) {
    first.focus();
  }
});
