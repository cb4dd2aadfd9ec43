"use strict";
// The admin puts the cursor into a form's first field. It belongs where something is wrong, or is asked for first.
window.addEventListener("load", () => {
  // Lists that are filtered by typing are made as jQuery says that the page is ready, which may be after this event.
  django.jQuery(() => {
    const first = document.querySelector("[aria-invalid=true], [data-first-to-fill]");
    if (first) {
      // They hide the field itself, and take the cursor in its place.
      const list = first.matches(".select2-hidden-accessible") && first.parentElement.querySelector(".select2-selection");
      (list || first).focus();
    }
  });
});
