const address = /("[^"@\n]{1,100}"|[^\s@<>"'(),;:]{1,200})@(?=[^\s@<>"'(),;:])/gu;

/** An address as a page shows it until somebody asks for it: "m•••@example.org". Also masks addresses inside a name. */
export function maskAddresses(text: string): string {
  return text.replace(address, (_all, local: string) => {
    const [first = "", ...rest] = Array.from(local.replaceAll('"', ""));
    return `${rest.length > 0 ? first : ""}•••@`;
  });
}
