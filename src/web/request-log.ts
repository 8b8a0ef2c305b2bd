import type { RequestHandler } from "express";
import type { Logger } from "pino";
import { httpSeconds } from "./metrics.ts";

/** One line for each request: method, pattern of the route, status, time. Never the address that was asked. */
export function logRequests(log: Logger): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    response.once("close", () => {
      const ms = performance.now() - start;
      const method = knownMethods.has(request.method) ? request.method : "other";
      const route: string = response.locals.route ?? "unknown";
      // Without an answer the browser has gone away before it came.
      const status = response.writableFinished ? response.statusCode : 499;
      httpSeconds.observe({ method, route, status }, ms / 1000);
      log.info({ method, route, status, ms: Math.round(ms * 10) / 10 }, "request");
    });
    next();
  };
}

const knownMethods = new Set(["GET", "HEAD", "POST"]);
