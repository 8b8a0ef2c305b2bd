import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import express, { type Express } from "express";
import nunjucks from "nunjucks";
import type { WebConfig } from "../config.ts";
import * as format from "./format.ts";

const root = join(import.meta.dirname, "../..");

/** Nunjucks for `response.render("room/page.njk", …)`, with our filters; everything is escaped. */
export function useViews(app: Express, config: WebConfig): void {
  const views = new nunjucks.Environment(new nunjucks.FileSystemLoader(join(root, "views")), {
    autoescape: true,
    throwOnUndefined: false,
    trimBlocks: true,
    lstripBlocks: true,
  });
  const filters = {
    age: format.age,
    moment: format.moment,
    day: format.dayOf,
    time: format.timeOf,
    iso: format.iso,
    number: format.number,
    plural: format.plural,
    bytes: format.bytes,
    language: format.language,
    bounded: format.bounded,
    role_name: format.roleName,
  };
  for (const [name, filter] of Object.entries(filters)) views.addFilter(name, filter);
  views.addGlobal("asset", assetAddress);
  views.express(app);
  app.set("view engine", "njk");
  app.locals.deskName = config.DESK_NAME;
}

/** Files of `public/`, kept by browsers for a year: their address changes when they change. */
export function publicFiles(): express.RequestHandler {
  return express.static(join(root, "public"), {
    index: false,
    redirect: false,
    fallthrough: true,
    cacheControl: false,
    setHeaders: (response) => response.setHeader("Cache-Control", "public, max-age=31536000, immutable"),
  });
}

const hashes = new Map<string, string>();

function assetAddress(file: string): string {
  let hash = hashes.get(file);
  if (!hash) {
    hash = createHash("sha256")
      .update(readFileSync(join(root, "public", file)))
      .digest("hex")
      .slice(0, 12);
    hashes.set(file, hash);
  }
  return `/public/${file}?v=${hash}`;
}
