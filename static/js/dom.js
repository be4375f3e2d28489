// Elements without markup: text from reports only ever becomes a text node or an attribute's value.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

// A link where the address is a web address, its bare text where it is anything else.
export function outward(address, words) {
  const web = /^https?:\/\//i.test(address);
  return web ? el("a", { href: address, rel: "noopener noreferrer nofollow" }, words) : el("span", {}, address);
}
