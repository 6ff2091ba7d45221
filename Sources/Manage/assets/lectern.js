"use strict";
// Everything here is a convenience: each page works without it.

// A reload does not report again that something was done.
const address = new URL(location.href);
if (address.searchParams.has("done")) {
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
}

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
    const label = button.dataset.label ??= button.textContent;
    button.textContent = button.dataset.copied;
    if (status) status.textContent = button.dataset.copied;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      button.textContent = label;
      if (status?.textContent === button.dataset.copied) status.textContent = "";
    }, 2000);
  });
}

for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.ask)) return event.preventDefault();
    const confirmed = document.createElement("input");
    Object.assign(confirmed, { type: "hidden", name: "confirmed", value: "on" });
    form.append(confirmed);
  });
}

document.querySelector("form[data-send]")?.requestSubmit();

const problem = document.getElementById("problem");
if (problem) {
  problem.focus();
  const link = problem.querySelector("a");
  const field = link && document.getElementById(link.hash.slice(1));
  if (field) {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `problem-text ${field.getAttribute("aria-describedby") ?? ""}`.trim());
  }
}

// A step that goes on in another place is looked up again until the page says that none does.
const live = document.querySelector("[data-live]");
if (live) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { "accept": "text/html", "x-lectern-watching": "1" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (!fresh) return location.reload();
      const finding = (of) => of.querySelector(".finding").textContent;
      const status = document.querySelector("[role=status]");
      if (status && finding(fresh) !== finding(live)) status.textContent = finding(fresh);
      live.className = fresh.className;
      live.replaceChildren(...fresh.childNodes);
    } catch {
      // The next round tries again.
    }
  }, 3000);
}
