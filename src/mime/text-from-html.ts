import { fileOfDataUri } from "./data-uri.ts";
import {
  type Attributes,
  addRules,
  isUnseen,
  type Look,
  lookOf,
  plainLook,
  type StyleRules,
} from "./html-look.ts";
import { readTags, type TagReader } from "./html-tags.ts";
import type { Attachment } from "./mail.ts";
import { TextLines } from "./text-lines.ts";

/** What a person reads of an HTML page, the pictures that stand in it as files, and whether it hides words. */
export type HtmlText = { text: string; files: Attachment[]; hasHidden: boolean };

/**
 * The words of an HTML page, in one pass over its tags, so that time grows with its length, however they are nested. Words
 * that nobody would see are told at the end. Nothing is fetched; never throws.
 */
export function textFromHtml(html: string): HtmlText {
  const page = new Page();
  readTags(html, page);
  return page.result();
}

type Element = { name: string; look: Look };

const mostQuotes = 20;
const mostFiles = 200;
const deepestList = 10;
const longestLink = 2000;

class Page implements TagReader {
  private readonly lines = new TextLines();
  private readonly hidden = new TextLines();
  private title = "";
  private css = "";
  private typed = "";
  private readonly files: Attachment[] = [];
  private readonly rules: StyleRules = new Map();
  private readonly elements: Element[] = [];
  /** How many elements of each name are open, so that a closing tag without one costs nothing. */
  private readonly openByName = new Map<string, number>();
  private quotes = 0;
  /** The number of the next item, or null, of each list around. */
  private readonly lists: (number | null)[] = [];
  private cells = 0;
  /** The link that is open; links do not stand in one another. */
  private link: { target: string; begin: number } | null = null;

  text(text: string): void {
    const { name, look } = this.elements.at(-1) ?? { name: "", look: plainLook };
    if (name === "style") this.css += text;
    else if (name === "title") this.title += text;
    else if (name === "textarea") this.typed += text;
    else if (isUnseen(look)) this.hidden.words(text);
    else if (name !== "script" && look.keepsSpaces) this.lines.lines(text);
    else if (name !== "script") this.lines.words(text);
  }

  open(name: string, attributes: Attributes, raw: string): void {
    this.endWhatEnds(name);
    const around = this.elements.at(-1)?.look ?? plainLook;
    const look = lookOf(
      name,
      attributes,
      this.rules,
      wordless.has(name) ? { ...around, isHidden: true } : around,
    );
    if (look.isHidden) this.beginHidden(name, attributes, look);
    else this.begin(name, attributes, look, raw);
    if (voids.has(name)) return;
    this.elements.push({ name, look });
    this.openByName.set(name, (this.openByName.get(name) ?? 0) + 1);
  }

  close(name: string): void {
    if (name === "br") this.lines.lineBreak();
    if (!this.openByName.get(name)) return;
    while (this.pop() !== name);
  }

  rest(raw: string): void {
    this.hidden.block(1);
    this.hidden.words(raw);
  }

  result(): HtmlText {
    while (this.pop());
    const hidden = this.hidden.text().replace(/\s+/g, " ").replace(fillers, "").trim();
    const seen = this.lines.text();
    const text = seen || this.title.replace(/\s+/g, " ").trim();
    const told = hidden === "" ? [] : [`[hidden in the mail: ${hidden}]`];
    return {
      text: [text, ...told].filter(Boolean).join("\n\n"),
      files: this.files,
      hasHidden: told.length > 0,
    };
  }

  /** Tags that end others which nobody closes (WHATWG HTML §13.1.2.4). */
  private endWhatEnds(name: string): void {
    const ended = endedBy.get(name);
    while (ended?.has(this.elements.at(-1)?.name ?? "")) this.pop();
  }

  private pop(): string | undefined {
    const element = this.elements.pop();
    if (!element) return undefined;
    this.openByName.set(element.name, (this.openByName.get(element.name) ?? 1) - 1);
    if (element.name === "style") this.takeRules();
    if (element.name === "textarea") this.takeTyped(element.look);
    if (element.look.isHidden) this.hiddenGap(element.name, element.look);
    else this.end(element);
    return element.name;
  }

  private takeRules(): void {
    addRules(this.rules, this.css);
    this.css = "";
  }

  /** Tags in a field are text; only its entities are decoded. */
  private takeTyped(look: Look): void {
    const typed = this.typed.replaceAll("<", "&lt;");
    const lines = look.isHidden ? this.hidden : this.lines;
    this.typed = "";
    readTags(typed, { text: (text) => lines.lines(text), open: () => {}, close: () => {}, rest: () => {} });
  }

  private beginHidden(name: string, attributes: Attributes, look: Look): void {
    const source = attributes.get("src") ?? "";
    this.hiddenGap(name, look);
    if (isDataUri(source)) this.file(source, `hidden-${this.files.length + 1}`);
  }

  /** Words around what is hidden stay apart, as do its own. */
  private hiddenGap(name: string, look: Look): void {
    if (breaksOf(name, look) || isCell(name, look) || name === "br") this.hidden.space();
    if (!this.elements.at(-1)?.look.isHidden) this.hidden.space();
    this.lines.space();
  }

  private begin(name: string, attributes: Attributes, look: Look, raw: string): void {
    const { lines } = this;
    if (isCell(name, look)) this.beginCell();
    else if (isRow(name, look)) this.beginRow();
    else if (name === "br") lines.lineBreak();
    else if (name === "hr") this.rule();
    else if (name === "img" || name === "image") this.picture(attributes);
    else if (name === "input") this.input(attributes);
    else if (embedding.has(name)) this.embedded(name, attributes);
    else if (name === "li") this.item();
    else if (name === "blockquote") this.quote(1);
    else if (name === "ul" || name === "ol") this.list(name, attributes);
    else if (name === "a") this.beginLink(attributes.get("href") ?? "");
    else if (/@|^https?:/.test(name)) lines.words(raw);
    else this.gap(name, look);
  }

  private gap(name: string, look: Look): void {
    const breaks = breaksOf(name, look);
    if (breaks) this.lines.block(breaks);
    else if (apart.has(name)) this.lines.space();
    if (breaks) this.hidden.space();
  }

  private end({ name, look }: Element): void {
    if (name === "a") this.endLink();
    else if (name === "blockquote") this.quote(-1);
    else if (name === "ul" || name === "ol") this.listEnd();
    else if (name === "li") this.itemEnd();
    else if (isRow(name, look) || name === "table") this.lines.row();
    else if (!isCell(name, look)) this.gap(name, look);
  }

  private beginRow(): void {
    this.lines.row();
    this.cells = 0;
  }

  private beginCell(): void {
    if (this.cells > 0) this.lines.cell();
    this.cells += 1;
  }

  private rule(): void {
    this.lines.block(1);
    this.lines.words("----------");
    this.lines.block(1);
  }

  private quote(change: 1 | -1): void {
    this.lines.block(2);
    this.quotes += change;
    this.setPrefix();
  }

  private list(name: string, attributes: Attributes): void {
    this.lines.block(this.lists.length > 0 ? 1 : 2);
    const start = /^\s{0,9}-?\d{1,9}/.exec(attributes.get("start") ?? "")?.[0];
    this.lists.push(name === "ol" ? Number(start ?? 1) : null);
    this.setPrefix();
  }

  private listEnd(): void {
    this.lists.pop();
    this.setPrefix();
    this.lines.block(this.lists.length > 0 ? 1 : 2);
  }

  private item(): void {
    this.lines.block(1);
    const number = this.lists.at(-1) ?? null;
    this.lines.mark(number === null ? "* " : `${number}. `);
    if (number !== null) this.lists[this.lists.length - 1] = number + 1;
  }

  private itemEnd(): void {
    this.lines.mark("");
    this.lines.block(1);
  }

  private setPrefix(): void {
    const quotes = "> ".repeat(Math.min(this.quotes, mostQuotes));
    this.lines.prefix = quotes + "  ".repeat(Math.min(Math.max(this.lists.length - 1, 0), deepestList));
  }

  private beginLink(href: string): void {
    this.endLink();
    this.link = { target: href.trim(), begin: this.lines.length };
  }

  /** Where a link leads is told where its words say something else. */
  private endLink(): void {
    const { target, begin } = this.link ?? { target: "", begin: 0 };
    this.link = null;
    if (isDataUri(target)) this.file(target, "file");
    else if (leadsSomewhere(target) && bare(target) !== bare(this.lines.since(begin))) {
      this.lines.space();
      this.lines.words(`[${target.slice(0, longestLink)}]`);
    }
  }

  private picture(attributes: Attributes): void {
    const alt = (attributes.get("alt") || attributes.get("title") || "").replace(/\s+/g, " ").trim();
    const source = attributes.get("src") ?? "";
    if (isDataUri(source)) this.file(source, alt || `picture-${this.files.length + 1}`);
    else if (/^(?:\p{Extended_Pictographic}|\p{Emoji_Component}){1,9}$/u.test(alt)) this.lines.words(alt);
    else if (alt !== "") this.lines.aside(`[picture: ${alt}]`);
  }

  private file(uri: string, name: string): void {
    const file = this.files.length < mostFiles ? fileOfDataUri(uri, name) : null;
    if (file) this.files.push(file);
    this.lines.aside(file ? `[file: ${file.filename}]` : "[a file that could not be read]");
  }

  /** What somebody typed or chose in a form. */
  private input(attributes: Attributes): void {
    const type = (attributes.get("type") ?? "text").toLowerCase();
    const value = attributes.get("value") ?? "";
    if (type === "checkbox" || type === "radio") this.lines.aside(attributes.has("checked") ? "[x]" : "[ ]");
    else if (/^(?:submit|button|reset)$/.test(type)) this.lines.aside(value && `[${value}]`);
    else if (type !== "hidden" && type !== "password") this.lines.aside(value);
  }

  private embedded(name: string, attributes: Attributes): void {
    const source = (attributes.get("src") ?? attributes.get("data") ?? attributes.get("href") ?? "").trim();
    const title = (
      attributes.get("title") ??
      attributes.get("alt") ??
      attributes.get("aria-label") ??
      ""
    ).trim();
    if (isDataUri(source)) this.file(source, title || `file-${this.files.length + 1}`);
    const words = [title, isDataUri(source) ? "" : source.slice(0, longestLink)].filter(Boolean).join(" ");
    if (words !== "") this.lines.aside(`[${names.get(name) ?? name}: ${words}]`);
    const inside = attributes.get("srcdoc");
    if (inside) this.lines.lines(inside.replace(/<[^>]*>/g, " "));
  }
}

const set = (names: string) => new Set(names.split(" "));

const voids = set(
  "area base basefont br col embed frame hr img image input keygen link meta param source track wbr",
);
/** Hidden by every program, with all that stands in it. */
const wordless = set("template xml datalist");
const embedding = set("iframe frame embed object video audio source area");
const names = new Map([
  ["iframe", "frame"],
  ["source", "file"],
  ["embed", "file"],
  ["object", "file"],
  ["area", "link"],
]);
/** Beside other words without a gap in the markup, and seen apart. */
const apart = set("textarea button select input label meter progress svg math td th");
const twoBreaks = set("p h1 h2 h3 h4 h5 h6 pre figure dialog menu dir listing xmp");
const oneBreak = set(
  "div table caption thead tbody tfoot dl dt dd section article header footer main nav aside address form fieldset " +
    "legend center figcaption details summary option optgroup body html marquee noscript hgroup search",
);

function breaksOf(name: string, { display, isTight }: Look): 0 | 1 | 2 {
  if (twoBreaks.has(name)) return isTight ? 1 : 2;
  return oneBreak.has(name) || /^(?:block|flex|grid|list-item|table|flow-root)$/.test(display) ? 1 : 0;
}

function isCell(name: string, { display }: Look): boolean {
  return name === "td" || name === "th" || display === "table-cell";
}

function isRow(name: string, { display }: Look): boolean {
  return name === "tr" || display === "table-row";
}

const paragraphEnders =
  "p div table ul ol dl pre blockquote form h1 h2 h3 h4 h5 h6 hr section article header footer address center";
const endedBy = new Map<string, Set<string>>([
  ...paragraphEnders.split(" ").map((name): [string, Set<string>] => [name, set("p")]),
  ["li", set("li p")],
  ["dt", set("dt dd p")],
  ["dd", set("dt dd p")],
  ["td", set("td th p")],
  ["th", set("td th p")],
  ["tr", set("td th tr p")],
  ["tbody", set("td th tr tbody thead tfoot p")],
  ["thead", set("td th tr tbody thead tfoot p")],
  ["tfoot", set("td th tr tbody thead tfoot p")],
  ["option", set("option")],
  ["optgroup", set("option optgroup")],
  ["a", set("a")],
]);

/** Newsletters fill the line that programs show in lists of mails with these. */
const fillers = /(?:\p{Cf}|[\u115f\u1160\u2800\u3164]|\u034f|\u17b4|\u17b5)+/gu;

function isDataUri(link: string): boolean {
  return /^\s{0,99}data:/i.test(link);
}

function leadsSomewhere(target: string): boolean {
  return /^(?:[a-z][a-z\d+.-]*:|\/\/|www\.)/i.test(target) && !/^(?:javascript|cid|about):/i.test(target);
}

/** A link as a person would read it aloud. */
function bare(link: string): string {
  return link
    .slice(0, longestLink)
    .trim()
    .toLowerCase()
    .replace(/^(?:mailto:|tel:|https?:\/\/|\/\/)/, "")
    .replace(/\/$/, "");
}
