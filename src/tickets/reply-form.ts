import { z } from "zod";
import type { WayOut } from "../outbox/way-out.ts";
import { findUnfilled } from "../reply-templates/fill-template.ts";
import { listOf } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";

/** The form of an answer. Only what is sent or previewed must have words; `used` are the template answers in it. */
export const ReplyForm = z
  .object({
    text: z.string().max(100_000, "An answer has 100,000 characters at most"),
    act: z.enum(["send", "preview", "save", "discard", "insert", "find", "ask"], "Choose preview or send"),
    clear_agreed: z.literal("yes").optional().catch(undefined),
    /** The offered key whose box was ticked. */
    use_key: z.string().refine(isId).optional().catch(undefined),
    /** Which of the addresses that the ticket names is answered, where that has to be chosen. */
    answer_to: z.string().max(100).optional().catch(undefined),
    /** Who was answered when the form was opened. */
    person: z.string().max(20).optional().catch(undefined),
    seen_message_id: z
      .string()
      .refine((id) => id === "0" || isId(id), "Open this form again from the ticket"),
    words: z.string().max(200).catch(""),
    template: z.string().catch(""),
    used: listOf(z.string().refine(isId)).pipe(z.array(z.string()).max(20)).catch([]),
  })
  .refine(({ act, text }) => !["send", "preview"].includes(act) || text.trim() !== "", {
    path: ["text"],
    message: "Write an answer",
  });

export type ReplyValues = z.infer<typeof ReplyForm>;

/** What keeps an answer from leaving as it is; null: nothing that is known before it is tried. */
export function refusalOf(
  { text, clear_agreed, use_key }: ReplyValues,
  wayOut: WayOut,
): { field: string; message: string } | null {
  if (wayOut.kind === "none") return { field: "form", message: `This answer cannot leave. ${wayOut.reason}` };
  const { names } = findUnfilled(text);
  if (names.length > 0) {
    const open = names.map((name) => `{{${name}}}`).join(", ");
    return { field: "text", message: `Fill in ${open} before you send` };
  }
  if (wayOut.kind === "confirm" && use_key !== wayOut.candidate.id) {
    const message = use_key
      ? "Another key came since you opened this form: look at it, and tick the box again"
      : "Look at the key, and tick the box to use it for this person";
    return { field: "use_key", message };
  }
  if (wayOut.kind === "clear" && !clear_agreed) {
    return { field: "clear_agreed", message: "Tick the box to send this answer without encryption" };
  }
  return null;
}
