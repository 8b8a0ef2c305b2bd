import { z } from "zod";

/** The name that a staff member signs in with, as the table wants it. */
export const staffName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z][a-z0-9_-]{1,31}$/,
    "Use 2 to 32 letters a to z, digits, “-” or “_”, beginning with a letter",
  );
