// The elements of the page that are cut off at the side: by the window, by a container that scrolls or clips, or by
// their own border. An element that is hidden from view on purpose has a clip path and is passed over.
(() => {
  const seen = new Set();
  const named = (element) => {
    const words = (element.textContent || element.value || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `${element.tagName.toLowerCase()} “${words}”`;
  };
  const isHidden = (element) => {
    for (let at = element; at; at = at.parentElement) {
      if (at.matches(".skip") || getComputedStyle(at).clipPath !== "none") return true;
    }
    return !element.getClientRects().length;
  };
  const isField = (element) => element.matches("input, select, textarea");
  const clips = (element) => getComputedStyle(element).overflowX !== "visible";
  for (const element of document.querySelectorAll("body *")) {
    if (isHidden(element)) continue;
    const box = element.getBoundingClientRect();
    if (box.left < -1 || box.right > document.documentElement.clientWidth + 1) {
      seen.add(`${named(element)} leaves the window`);
    }
    const mayOverflow = !clips(element) && !element.matches("button, .button, .tag");
    if (!isField(element) && !mayOverflow && element.scrollWidth > element.clientWidth + 1) {
      seen.add(`${named(element)} is wider than its box`);
    }
    for (let around = element.parentElement; around; around = around.parentElement) {
      if (!clips(around)) continue;
      const edge = around.getBoundingClientRect();
      if (box.left < edge.left - 1 || box.right > edge.right + 1) {
        seen.add(`${named(element)} is cut off by its ${around.tagName.toLowerCase()}`);
      }
    }
  }
  return [...seen];
})();
