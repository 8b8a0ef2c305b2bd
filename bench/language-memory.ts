import { residentBytes } from "./cost.ts";

// Prints the resident bytes of a program before and after it has loaded what recognises languages.
const before = residentBytes(process.pid);
const { detectLanguage } = await import("#src/inbox/detect-language.ts");
detectLanguage("The first text makes it read its tables.");
console.log(JSON.stringify([before, residentBytes(process.pid)]));
