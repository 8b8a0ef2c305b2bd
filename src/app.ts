import express, { type Express } from "express";
import { accountPage } from "./staff/account-page.ts";
import { addStaffPage } from "./staff/add-staff-page.ts";
import { memberPage } from "./staff/member-page.ts";
import { signInPage } from "./staff/sign-in-page.ts";
import { signOutPage } from "./staff/sign-out-page.ts";
import { staffPage } from "./staff/staff-page.ts";
import { staffSessions } from "./staff/staff-session.ts";
import { readBody } from "./web/body.ts";
import { pageChrome } from "./web/chrome.ts";
import { offerToken, refuseForgery } from "./web/csrf.ts";
import type { Desk } from "./web/desk.ts";
import { showErrors } from "./web/errors.ts";
import { strictHeaders } from "./web/headers.ts";
import { NotFound } from "./web/not-found.ts";
import { logRequests } from "./web/request-log.ts";
import { allowRoutes } from "./web/routes.ts";
import { deskSessions } from "./web/session.ts";
import { publicFiles, useViews } from "./web/views.ts";

/** The whole desk as one Express app: what every request passes, in order; then one line for each page. */
export function createApp(desk: Desk): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", desk.config.TRUSTED_PROXIES);
  app.set("query parser", "simple");
  useViews(app, desk.config);

  app.use(logRequests(desk.log));
  app.use(strictHeaders(desk.config.PUBLIC_URL));
  app.use("/public", publicFiles());
  app.use(deskSessions(desk));
  app.use(staffSessions(desk.db));
  app.use(offerToken);
  app.use(pageChrome(desk.db));
  app.use(readBody);
  app.use(allowRoutes());
  app.use(refuseForgery);

  app.use(signInPage(desk));
  app.use(signOutPage());
  app.use(accountPage(desk));
  app.use(staffPage(desk));
  app.use(addStaffPage(desk));
  app.use(memberPage(desk));

  app.use(() => {
    throw new NotFound("A route of the table has no page");
  });
  app.use(showErrors(desk.log));
  return app;
}
