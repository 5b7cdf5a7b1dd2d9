/* Text whose contrast to its background is below 4.5, by WCAG's formula. Masked and disabled text is exempt. */
(() => {
  const channels = colour => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { rgb: [r, g, b], alpha: a };
  };
  const luminance = rgb => {
    const [r, g, b] = rgb.map(c => c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = element => {
    for (let e = element; e; e = e.parentElement) {
      const { rgb, alpha } = channels(getComputedStyle(e).backgroundColor);
      if (alpha === 1) return rgb;
      if (alpha > 0) throw new Error(`translucent background of ${e.className || e.tagName}`);
    }
    throw new Error("no background");
  };
  const checked = [];
  const check = (element, colour, what) => {
    if (element.closest(":disabled, .masked, .hidden, template, script, style, option")) return;
    if (element.getClientRects().length === 0) return;
    const [dark, light] = [luminance(channels(colour).rgb), luminance(background(element))].sort((a, b) => a - b);
    let opacity = 1;
    for (let e = element; e; e = e.parentElement) opacity *= getComputedStyle(e).opacity;
    checked.push({ what, ratio: opacity < 1 ? 0 : (light + 0.05) / (dark + 0.05) });
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim()) check(element, getComputedStyle(element).color, walker.currentNode.data);
  }
  for (const control of document.querySelectorAll("input:not([type=range], [type=radio], [type=checkbox]), select, textarea")) {
    check(control, getComputedStyle(control).color, control.name || control.id);
    if (control.placeholder) check(control, getComputedStyle(control, "::placeholder").color, control.placeholder);
  }
  return { checked: checked.length, weak: checked.filter(({ ratio }) => ratio < 4.5) };
})()
