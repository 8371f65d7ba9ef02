"""The contrast of every text on a page with its background, by WCAG's formula, measured in the browser."""

LOW_CONTRAST = """
() => {
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ({ r, g, b }) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const background = (element) => {
    for (let one = element; one; one = one.parentElement ?? one.getRootNode().host) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.a === 1) return color;
    }
    return parse("rgb(255, 255, 255)");
  };
  const low = [];
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
      if (!text || !element.checkVisibility() || ["STYLE", "SCRIPT", "OPTION", "VIDEO"].includes(element.tagName)) continue;
      const style = getComputedStyle(element);
      const svg = element instanceof SVGElement;
      const [a, b] = [light(parse(svg ? style.fill : style.color)), light(background(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) low.push(`${element.tagName} ${text.slice(0, 30)} ${ratio.toFixed(2)}`);
    }
  };
  look(document);
  return low;
}
"""
