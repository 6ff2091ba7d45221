"use strict";
// Everything here is a convenience: each page works without it.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  if (!field) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    const status = document.querySelector("[role=status]");
    if (status) status.textContent = button.dataset.copied;
  });
}

for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.ask)) event.preventDefault();
  });
}

const problem = document.getElementById("problem");
if (problem) problem.focus();

const doctor = document.querySelector(".doctor");
if (doctor) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector(".doctor");
      if (!fresh) return;
      const finding = (of) => of.querySelector(".finding").textContent;
      const status = document.querySelector("[role=status]");
      if (status && finding(fresh) !== finding(doctor)) status.textContent = finding(fresh);
      doctor.className = fresh.className;
      doctor.replaceChildren(...fresh.childNodes);
    } catch {
      // The next round tries again.
    }
  }, 3000);
}
