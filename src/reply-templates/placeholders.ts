/** What an answer may leave open. `example` stands in the preview of a template, where no ticket is. */
export type Placeholder = { name: string; description: string; example: string };

/** Every placeholder there is; a template with another one is not saved. */
export const placeholders: readonly Placeholder[] = [
  { name: "person", description: "The name of the person, as their mail gives it", example: "Claire" },
  { name: "ticket", description: "The number of the ticket", example: "412" },
  { name: "tails_version", description: "The version of Tails in the report", example: "7.4.1" },
  { name: "first_version", description: "The version that was first installed on the stick", example: "7.1" },
  { name: "model", description: "The computer", example: "LENOVO ThinkPad X230" },
  {
    name: "whisperback_id",
    description: "The id of the WhisperBack report",
    example: "5f3c9a1e7b2d4c6f8a90b1c2d3e4f506",
  },
  {
    name: "issue_url",
    description: "The address of the known issue that the ticket is linked to",
    example: "https://gitlab.tails.boum.org/tails/tails/-/issues/14754",
  },
  {
    name: "question",
    description: "What you ask or say yourself: always filled by hand",
    example: "Which message do you see when it stops?",
  },
  { name: "me", description: "Your name", example: "nina" },
  { name: "desk", description: "The name of this desk", example: "Tails help desk" },
  { name: "desk_address", description: "The mail address of this desk", example: "desk@example.org" },
];

/** What stands for each placeholder in the preview of a template. */
export const exampleValues: Readonly<Record<string, string>> = Object.fromEntries(
  placeholders.map(({ name, example }) => [name, example]),
);
