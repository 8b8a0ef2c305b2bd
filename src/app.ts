import express, { type Express } from "express";
import { setAsidePage } from "./inbox/set-aside-page.ts";
import { ourKeysPage } from "./outbox/our-keys-page.ts";
import { outboxPage } from "./outbox/outbox-page.ts";
import { answersPage } from "./reply-templates/answers-page.ts";
import { editPage } from "./reply-templates/edit-page.ts";
import { historyPage } from "./reply-templates/history-page.ts";
import { newAnswerPage } from "./reply-templates/new-answer-page.ts";
import { templatePage } from "./reply-templates/template-page.ts";
import { accountPage } from "./staff/account-page.ts";
import { addStaffPage } from "./staff/add-staff-page.ts";
import { memberPage } from "./staff/member-page.ts";
import { signInPage } from "./staff/sign-in-page.ts";
import { signOutPage } from "./staff/sign-out-page.ts";
import { staffPage } from "./staff/staff-page.ts";
import { staffSessions } from "./staff/staff-session.ts";
import { addressPage } from "./tickets/address-page.ts";
import { attachmentPage } from "./tickets/attachment-page.ts";
import { closePage } from "./tickets/close-page.ts";
import { listPage } from "./tickets/list-page.ts";
import { logsPage } from "./tickets/logs-page.ts";
import { notePage } from "./tickets/note-page.ts";
import { replyPage } from "./tickets/reply-page.ts";
import { startPage } from "./tickets/start-page.ts";
import { takePage } from "./tickets/take-page.ts";
import { ticketPage } from "./tickets/ticket-page.ts";
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
  app.use(startPage(desk));
  app.use(listPage(desk));
  app.use(ticketPage(desk));
  app.use(logsPage(desk));
  app.use(attachmentPage(desk));
  app.use(addressPage(desk));
  app.use(replyPage(desk));
  app.use(notePage(desk));
  app.use(takePage(desk));
  app.use(closePage(desk));
  app.use(setAsidePage(desk));
  app.use(outboxPage(desk));
  app.use(ourKeysPage(desk));
  app.use(answersPage(desk));
  app.use(newAnswerPage(desk));
  app.use(templatePage(desk));
  app.use(editPage(desk));
  app.use(historyPage(desk));
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
