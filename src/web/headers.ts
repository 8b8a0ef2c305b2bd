import type { RequestHandler } from "express";
import helmet from "helmet";

/** Strict headers for every answer: nothing from outside, no script at all, no frame, no trace in other logs. */
export function strictHeaders(publicUrl: string): RequestHandler[] {
  const overHttps = publicUrl.startsWith("https:");
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          "default-src": ["'none'"],
          "style-src": ["'self'"],
          "img-src": ["'self'"],
          "form-action": ["'self'"],
          "frame-ancestors": ["'none'"],
          "base-uri": ["'none'"],
        },
      },
      referrerPolicy: { policy: "same-origin" },
      // Over http (an onion address) browsers ignore it; it must not lock anybody out of a later http address.
      strictTransportSecurity: overHttps && { maxAge: 31_536_000, includeSubDomains: false },
      xFrameOptions: { action: "deny" },
    }),
    (_request, response, next) => {
      response.set("Cache-Control", "no-store");
      response.set("Permissions-Policy", "interest-cohort=(), browsing-topics=()");
      next();
    },
  ];
}
