type Typed = { name: string; text: string };

/** What a person typed into a form that could not be taken, to copy it from the page; never a password or a token. */
export function keepTyped(body: unknown): Typed[] {
  if (typeof body !== "object" || body === null) return [];
  return Object.entries(body)
    .filter(([name]) => name !== "_csrf" && name !== "to" && !/password/i.test(name))
    .flatMap(([name, value]) =>
      typeof value === "string" && value.trim().length > 1
        ? [{ name, text: value.replaceAll("\0", "") }]
        : [],
    );
}
