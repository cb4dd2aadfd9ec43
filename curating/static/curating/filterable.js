"use strict";
{
  const $ = django.jQuery;
  const start = (within) => {
    $(within).find("select.curating-filterable").not("[name*=__prefix__]").select2({ width: "element" });
  };
  $(() => start(document));
  document.addEventListener("formset:added", (event) => start(event.target));
}
