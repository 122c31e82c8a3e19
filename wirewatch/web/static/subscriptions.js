// Adding and changing feeds: reads a file into the form, and says that a site is being read.
"use strict";

(() => {
  const fileField = $(".file-field");
  if (fileField) fileField.hidden = false;

  document.addEventListener("change", async (event) => {
    const field = event.target;
    if (field.type !== "file") return;
    const [file] = field.files;
    const { limit, tooLarge } = field.dataset;
    field.setCustomValidity(file && file.size > Number(limit) ? tooLarge : "");
    if (!file || !field.reportValidity()) return;
    $("[name=opml]").value = await file.text();
    $("[value=list]").click();
  });

  // Runs before connection.js sends the form; the answer replaces the page and with it the notice.
  document.addEventListener(
    "submit",
    (event) => {
      const { working } = event.submitter?.dataset ?? {};
      const status = $("#results [role=status]");
      if (working && status) status.textContent = working;
    },
    true,
  );
})();
