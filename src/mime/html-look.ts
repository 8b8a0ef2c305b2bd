/** How an element looks to its reader, as far as it decides which words are seen and what stands on a line of its own. */
export type Look = {
  /** Hidden with everything in it. */
  isHidden: boolean;
  /** Letters without size; an element inside may have a size again. */
  isTiny: boolean;
  color: string;
  /** "" when it is not known, such as that of a picture. */
  background: string;
  keepsSpaces: boolean;
  /** A paragraph without room around it, as those of Outlook. */
  isTight: boolean;
  /** Of `display`, or "" for what the element is by itself. */
  display: string;
};

export const plainLook: Look = {
  isHidden: false,
  isTiny: false,
  color: "#000000",
  background: "#ffffff",
  keepsSpaces: false,
  isTight: false,
  display: "",
};

export type Attributes = ReadonlyMap<string, string>;
export type StyleRules = Map<string, Declarations>;
type Declarations = Map<string, string>;

/** How an element looks inside another one, by its attributes and the rules of the page. */
export function lookOf(name: string, attributes: Attributes, rules: StyleRules, around: Look): Look {
  if (attributes.size === 0 && rules.size === 0 && !preformatted.has(name)) return inherited(around);
  const style = styleOf(name, attributes, rules);
  const size = style.get("font-size") ?? sizeIn(style.get("font"));
  const background = style.get("background-color") ?? style.get("background") ?? attributes.get("bgcolor");
  const space = style.get("white-space") ?? (preformatted.has(name) ? "pre" : undefined);
  return {
    isHidden: around.isHidden || attributes.has("hidden") || isHidden(style),
    isTiny: size === undefined ? around.isTiny : isZero(size) || /^[01](?:\.\d{0,4})?p[xt]/.test(size),
    color: colorOf(style.get("color") ?? attributes.get("color")) || around.color,
    background: background === undefined ? around.background : backgroundOf(background, around.background),
    keepsSpaces: space === undefined ? around.keepsSpaces : /^(?:pre|break-spaces)/.test(space),
    isTight:
      isZero(style.get("margin")) || (isZero(style.get("margin-top")) && isZero(style.get("margin-bottom"))),
    display: style.get("display") ?? "",
  };
}

function inherited(look: Look): Look {
  return look.display === "" && !look.isTight ? look : { ...look, display: "", isTight: false };
}

const preformatted = new Set(["pre", "textarea", "xmp", "listing", "plaintext"]);

/** Whether the words of an element are there and nobody sees them. */
export function isUnseen({ isHidden, isTiny, color, background }: Look): boolean {
  return isHidden || isTiny || color === "transparent" || isAlike(color, background);
}

/** Whether nobody can tell two colours apart: each part differs by less than three hundredths. */
function isAlike(one: string, other: string): boolean {
  if (one === other) return true;
  const [parts, others] = [partsOf(one), partsOf(other)];
  return (
    parts.length === 3 &&
    others.length === 3 &&
    parts.every((part, at) => Math.abs(part - (others[at] ?? 0)) < 8)
  );
}

function partsOf(color: string): number[] {
  return (/^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/.exec(color)?.slice(1) ?? []).map((part) =>
    Number.parseInt(part, 16),
  );
}

/** The size in the short form of a font: what stands in front of the family, and may be zero. */
function sizeIn(font: string | undefined): string | undefined {
  return /(?:^|\s)(\d{1,4}(?:\.\d{1,4})?[a-z%]{0,4})(?:[\s/]|$)/.exec((font ?? "").slice(0, 200))?.[1];
}

function isHidden(style: Declarations): boolean {
  const is = (name: string, value: RegExp) => value.test(style.get(name) ?? "");
  const isCut =
    is("overflow", /^hidden/) &&
    ["height", "max-height", "width", "max-width"].some((name) => isZero(style.get(name)));
  const isOutside =
    is("position", /^(?:absolute|fixed)/) &&
    ["left", "top", "right"].some((name) => far.test(style.get(name) ?? ""));
  return (
    is("display", /^none/) ||
    is("visibility", /^(?:hidden|collapse)/) ||
    is("mso-hide", /^all/) ||
    isZero(style.get("opacity")) ||
    isCut ||
    isOutside ||
    is("clip", /^rect\((?:\s{0,9}[01](?:px)?[\s,]{0,9}){4}\)/) ||
    is("clip-path", /^(?:inset\((?:50|100)%|circle\(0)/) ||
    is("transform", /scale[xy]?\(\s{0,9}0(?:\.0{1,9})?\s{0,9}[,)]/) ||
    is("filter", /opacity\(\s{0,9}0(?:\.0{1,9})?%?\s{0,9}\)/) ||
    ["text-indent", "margin-left", "margin-top"].some((name) => is(name, far))
  );
}

/** Beyond what any window shows. */
const far = /^-(?:\d{4,}|\d{2,}(?:r?em|v[wh]))/;

function isZero(size: string | undefined): boolean {
  return /^[+-]?0*\.?0+(?![\d.])/.test(size ?? "");
}

/** Rules for the element, its classes and its id, then its own style, each over the one before. */
function styleOf(name: string, attributes: Attributes, rules: StyleRules): Declarations {
  const style = declarationsOf(attributes.get("style") ?? "");
  if (rules.size === 0) return style;
  const classes = (attributes.get("class") ?? "").slice(0, 500).split(/\s+/).slice(0, 20);
  const selectors = [
    name,
    ...classes.flatMap((one) => [`.${one}`, `${name}.${one}`]),
    `#${attributes.get("id") ?? ""}`,
  ];
  return new Map([...selectors.flatMap((selector) => [...(rules.get(selector) ?? [])]), ...style]);
}

const longestStyle = 4000;
const known = new Set(
  (
    "display visibility mso-hide opacity overflow height max-height width max-width position left top text-indent " +
    "font-size white-space color background background-color margin margin-top margin-bottom right margin-left font " +
    "clip clip-path transform filter"
  ).split(" "),
);

function declarationsOf(style: string): Declarations {
  const declarations: Declarations = new Map();
  for (const declaration of style.slice(0, longestStyle).split(";")) {
    const colon = declaration.indexOf(":");
    if (colon === -1) continue;
    const name = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration.slice(colon + 1).replace(/!\s{0,9}important/i, "");
    if (known.has(name)) declarations.set(name, value.trim().toLowerCase());
  }
  return declarations;
}

const longestSheet = 256 * 1024;
const mostRules = 2000;

/** Adds the rules of a `<style>` that are about one element, class or id; what is for some screens alone is not taken. */
export function addRules(rules: StyleRules, css: string): void {
  const sheet = css.slice(0, longestSheet).replace(/<!--|-->/g, "");
  let depth = 0;
  for (const piece of sheet.split("}")) {
    const [before = "", ...inner] = piece.split("{");
    const isInBlock = depth > 0 || inner.length > 1;
    depth = Math.max(0, depth + inner.length - 1);
    if (isInBlock || inner.length === 0 || rules.size >= mostRules) continue;
    const declarations = declarationsOf(inner[0] ?? "");
    for (const selector of withoutComments(before)
      .slice(-longestStyle)
      .split(",")
      .map((one) => one.trim())) {
      if (!/^[a-z\d]*[.#]?[\w-]+$/i.test(selector)) continue;
      rules.set(selector, new Map([...(rules.get(selector) ?? []), ...declarations]));
    }
  }
}

function withoutComments(css: string): string {
  return css
    .split("/*")
    .map((piece, index) => (index === 0 ? piece : (piece.split("*/")[1] ?? "")))
    .join(" ");
}

const named = new Map([
  ["white", "#ffffff"],
  ["black", "#000000"],
]);

/** A colour in one notation where it has several; "" where the element takes the one around it. */
function colorOf(text: string | undefined): string {
  const color = (text ?? "").trim().toLowerCase();
  if (/^(?:inherit|initial|unset|currentcolor)?$/.test(color)) return "";
  if (
    /^(?:#(?:[\da-f]{3}0|[\da-f]{6}00)|(?:rgb|hsl)a?\([^)]{1,60}[,/]\s{0,9}0?(?:\.0{1,9})?%?\s{0,9}\))$/.test(
      color,
    ) &&
    isClear(color)
  )
    return "transparent";
  const lightness = /^hsla?\([^)]{1,40}[\s,](100|0)%/.exec(color)?.[1];
  if (lightness) return lightness === "100" ? "#ffffff" : "#000000";
  const short = /^#([\da-f])([\da-f])([\da-f])$/.exec(color)?.slice(1);
  if (short) return `#${short.map((digit) => digit + digit).join("")}`;
  const parts = /^rgb\(\s{0,9}(\d{1,3})[\s,]{1,9}(\d{1,3})[\s,]{1,9}(\d{1,3})\s{0,9}\)$/
    .exec(color)
    ?.slice(1);
  if (parts) return `#${parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
  return named.get(color) ?? color;
}

/** Of the notations with a fourth part, the one that takes all colour away. */
function isClear(color: string): boolean {
  return color.startsWith("#") || color.split(/[,/]|\s+/).filter((part) => /\d/.test(part)).length === 4;
}

function backgroundOf(text: string, around: string): string {
  if (/url\(|gradient/.test(text)) return "";
  const color = colorOf(/^(?:rgba?\([^)]{0,60}\)|\S{1,60})/.exec(text.trim())?.[0]);
  return color === "" || color === "transparent" || color === "none" ? around : color;
}
