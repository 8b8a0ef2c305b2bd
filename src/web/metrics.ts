import { Histogram, register } from "prom-client";

/** How long answers took, by route pattern: what `/metrics` of the web process shows. */
export const httpSeconds = new Histogram({
  name: "whisperdesk_http_request_seconds",
  help: "Time from request to answer",
  labelNames: ["method", "route", "status"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers: [register],
});
