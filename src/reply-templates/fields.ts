import { z } from "zod";
import { longestBody } from "./clean-body.ts";
import { problemsOf, problemWords } from "./fill-template.ts";
import { isLanguageCode } from "./language-code.ts";

const line = (what: string, longest: number) =>
  z
    .string(`“${what}” is missing`)
    .transform((text) =>
      text
        .toWellFormed()
        .replace(/\p{Cc}+/gu, " ")
        .trim(),
    )
    .pipe(z.string().min(1, `Write a ${what}`).max(longest, `A ${what} has ${longest} characters at most`));

/** Rules of a template's parts, for forms and files alike; the messages speak to the person. */
export const nameField = line("name", 120);
export const categoryField = line("category", 60);

/** Words: small letters, each once, in the order of the alphabet. */
export const tagsField = z
  .array(z.string())
  .transform((tags) => [...new Set(tags.map((tag) => tag.trim().toLowerCase()).filter(Boolean))].sort())
  .pipe(
    z
      .array(
        z
          .string()
          .regex(
            /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,39}$/u,
            "A tag is one word of letters, digits, “.”, “-” or “_”",
          ),
      )
      .max(20, "20 tags at most"),
  );

export const languageField = z.string("Choose a language").refine(isLanguageCode, "Choose a language");

export const bodyField = z
  .string("Write the text")
  .max(longestBody, `A text has ${longestBody.toLocaleString("en-GB")} characters at most`)
  .refine((text) => text.trim() !== "", "Write the text")
  .superRefine((text, context) => {
    const problems = problemsOf(text).slice(0, 5);
    if (problems.length > 0)
      context.addIssue({ code: "custom", message: problems.map(problemWords).join(". ") });
  });

/** Tags as they are typed: words with spaces or commas between them. */
export const typedTags = z
  .string()
  .default("")
  .transform((text) => text.split(/[\s,;]+/))
  .pipe(tagsField);
