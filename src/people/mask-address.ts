/** An address as a page shows it until somebody asks for it: "m•••@example.org". Also masks addresses inside a name. */
export function maskAddresses(text: string): string {
  return text.replace(/([^\s@<>"'(),;:]{1,200})@(?=[^\s@<>"'(),;:])/gu, (_all, local: string) => {
    const [first = "", ...rest] = Array.from(local);
    return `${rest.length > 0 ? first : ""}•••@`;
  });
}
