import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf, robotSigns, signsOf } from "#src/mime/robot-signs.ts";
import { parsed } from "./fixture.ts";
import { mailWith } from "./robot-mails.ts";

const encoded = (subject: string) => `Subject: =?utf-8?B?${Buffer.from(subject).toString("base64")}?=`;
type Examples = { headers?: string[]; texts?: string[] };

/** For each row of the table, mails that show it: header lines, or the text of a mail. */
const examples: Record<string, Examples> = {
  "from a mail server": {
    headers: [
      "From: MAILER-DAEMON@mx.example.net",
      "From: MAILER-DAEMON <>",
      "From: Mailer Daemon <a@example.net>",
    ],
  },
  "lists the recipients that failed": { headers: ["X-Failed-Recipients: lea@example.org"] },
  "from the postmaster": {
    headers: ["From: postmaster@example.net", "From: Postmaster <>", "From: post_master@a.example"],
  },
  "from the name of a mail server": {
    headers: [
      "From: Mail Delivery System <a@example.net>",
      "From: System Administrator <a@example.net>",
      `From: =?utf-8?B?${Buffer.from("システム管理者").toString("base64")}?= <a@example.net>`,
      "From: Systemadministrator <a@example.net>",
      "From: Administrador del sistema <a@example.net>",
    ],
  },
  "from an address of a mail program": { headers: ["From: MDaemon@example.net", "From: imss@example.net"] },
  "from no address": { headers: ["From: <>", 'From: "Jetmail System" <>'] },
  "empty Return-Path": { headers: ["Return-Path: <>", "Return-Path: <MAILER-DAEMON>"] },
  "it gives a mail back": {
    headers: [
      'Content-Type: multipart/mixed; boundary="m"\n\n--m\nContent-Type: message/rfc822\n\nSubject: a\n\nb\n--m--',
    ],
    texts: [
      "No.\n\n--- Below this line is a copy of the message.\n\nSubject: a",
      "No.\n\n------ This is a copy of the message, including all the headers. ------\n\nSubject: a",
      "No.\n\n   ----- Original message follows -----\n\nSubject: a",
      "No.\n\n   ----- Unsent message follows -----\n\nSubject: a",
      "No.\n\nReceived: from a by b",
    ],
  },
  "a subject about a failed delivery": {
    headers: [
      "Mail delivery failed: returning message to sender",
      "Undelivered Mail Returned to Sender",
      "failure notice",
      "Returned mail: see transcript for details",
      "Delivery Status Notification (Failure)",
      "Undeliverable: your request",
      "DELIVERY FAILURE: User lea (lea@example.org) not listed in Domino Directory",
      "Unzustellbar: Ihre Anfrage",
      "Non remis : votre demande",
      "No se ha podido entregar: su solicitud",
      "Mancata consegna: richiesta",
      "Não entregue: pedido",
      "Onbestelbaar: verzoek",
      "Ваше сообщение не доставлено",
      "Nie dostarczono: list",
      "配信できませんでした",
      "退信通知",
      "배달되지 않음: 요청",
      "تعذر التسليم: طلب",
      "İletilemedi: istek",
    ].map(encoded),
  },
  "words about a failed delivery": {
    texts: [
      "550 5.1.1 <lea@example.org>... User unknown",
      "Sorry, no mailbox here by that name.",
      "A message that you sent could not be delivered to one or more of its recipients.",
      "Die Nachricht konnte nicht zugestellt werden.",
      "Votre message n’a pas pu être remis.",
      "No se pudo entregar el mensaje.",
      "Non è stato possibile recapitare il messaggio.",
      "A mensagem não pôde ser entregue.",
      "Сообщение не было доставлено.",
      "メールを配信できませんでした。",
      "邮件无法投递。",
    ],
  },
  "a subject about a late delivery": {
    headers: [
      "Warning: could not send message for past 4 hours",
      "Delayed Mail (still being retried)",
      "Delivery Status Notification (Delay)",
      "Zustellung verzögert: Ihre Anfrage",
      "Remise retardée",
      "Entrega retrasada",
      "Доставка задерживается",
      "配信遅延",
      "投递延迟",
    ].map(encoded),
  },
  "words about a late delivery": {
    texts: [
      "Your message has not yet been delivered.",
      "You do not need to resend your message.",
      "THIS IS A WARNING MESSAGE ONLY.",
      "Es wird weiter versucht, sie zuzustellen.",
      "Попытки доставки будут продолжены.",
    ],
  },
  "a subject about a mail that arrived": {
    headers: [
      "Successful Mail Delivery Report",
      "Delivered: your request",
      "Delivery Status Notification (Success)",
    ].map(encoded),
  },
  "Auto-Submitted: auto-replied": {
    headers: ["Auto-Submitted: auto-replied", "Auto-Submitted: Auto-Replied (vacation)"],
  },
  "Precedence: auto_reply": {
    headers: ["Precedence: auto_reply", "X-Precedence: auto-reply", "Preference: auto_reply"],
  },
  "X-Autoreply": { headers: ["X-Autoreply: yes"] },
  "X-Auto-Reply": { headers: ["X-Auto-Reply: 1"] },
  "X-Autoreply-From": { headers: ["X-AutoReply-From: lea@example.org"] },
  "X-Mail-Autoreply": { headers: ["X-Mail-Autoreply: vacation"] },
  "X-Autorespond": { headers: ["X-Autorespond: away"] },
  "X-Autoresponder": { headers: ["X-Autoresponder: 1.0"] },
  "X-Autoresponse": { headers: ["X-Autoresponse: yes"] },
  "X-Auto-Response": { headers: ["X-Auto-Response: yes"] },
  "X-Vacation": { headers: ["X-Vacation: yes"] },
  "X-Autogenerated: Reply": { headers: ["X-Autogenerated: Reply"] },
  "X-MS-Exchange-Organization-AutoReply": { headers: ["X-MS-Exchange-Organization-AutoReply: 1"] },
  "X-POST-MessageClass: Autoresponder": { headers: ["X-POST-MessageClass: 9; Autoresponder"] },
  "Delivered-To: Autoresponder": { headers: ["Delivered-To: Autoresponder"] },
  "written by vacation": { headers: ["User-Agent: Vacation/1.2.7.1", "X-Mailer: Autoresponder 2"] },
  "a subject of an automatic answer": {
    headers: [
      "Automatic reply: your mail",
      "Out of Office AutoReply: your mail",
      "AUTO: Smith is out of the office (returning 01/05/2027)",
      "away from my mail",
      "Re: your mail (Automatic Response)",
      "Automatische Antwort: Ihre Mail",
      "Abwesenheitsnotiz",
      "Réponse automatique : votre message",
      "Absence du bureau",
      "Respuesta automática: su mensaje",
      "Risposta automatica: messaggio",
      "Resposta automática: mensagem",
      "Automatisch antwoord: bericht",
      "Автоматический ответ: письмо",
      "Автоматична відповідь: лист",
      "Automatyczna odpowiedź: list",
      "[Automatyczna odpowiedź] list",
      "Automatická odpověď: zpráva",
      "Automatiskt svar: brev",
      "Automatisk svar: brev",
      "Automaattinen vastaus: viesti",
      "Automatikus válasz: levél",
      "Răspuns automat: mesaj",
      "Otomatik yanıt: ileti",
      "Αυτόματη απάντηση: μήνυμα",
      "תשובה אוטומטית: הודעה",
      "رد تلقائي: رسالة",
      "پاسخ خودکار: نامه",
      "Trả lời tự động: thư",
      "自動応答: メール",
      "自動返信メール",
      "自动回复: 邮件",
      "自動回覆: 郵件",
      "자동 응답: 메일",
    ].map(encoded),
  },
  "a subject of a read receipt": {
    headers: [
      "Read: your mail",
      "Gelesen: Mail",
      "Lu : message",
      "Leído: mensaje",
      "Letto: posta",
      "開封済み: メール",
    ].map(encoded),
  },
  "Precedence: list": { headers: ["Precedence: list"] },
  "has list-id": { headers: ["List-Id: <users.example.org>"] },
  "has list-post": { headers: ["List-Post: <mailto:users@example.org>"] },
  "has list-unsubscribe": { headers: ["List-Unsubscribe: <https://example.org/off>"] },
  "has list-help": { headers: ["List-Help: <mailto:help@example.org>"] },
  "has list-owner": { headers: ["List-Owner: <mailto:owner@example.org>"] },
  "has list-subscribe": { headers: ["List-Subscribe: <mailto:on@example.org>"] },
  "has list-archive": { headers: ["List-Archive: <https://example.org/archive>"] },
  "has mailing-list": { headers: ["Mailing-List: contact users-help@example.org; run by ezmlm"] },
  "has x-mailing-list": { headers: ["X-Mailing-List: users@example.org"] },
  "has x-beenthere": { headers: ["X-BeenThere: users@example.org"] },
  "has x-mailman-version": { headers: ["X-Mailman-Version: 2.1.39"] },
  "Auto-Submitted": { headers: ["Auto-Submitted: auto-generated", "Auto-Submitted: auto-notified"] },
  Precedence: { headers: ["Precedence: bulk", "Precedence: junk", "X-Precedence: bulk"] },
  "X-Auto-Response-Suppress": { headers: ["X-Auto-Response-Suppress: DR, OOF, AutoReply"] },
  "X-Loop": { headers: ["X-Loop: lea@example.org"] },
  "a header that begins with X-Auto": { headers: ["X-Autogenerated: Forward", "X-AutoForward: 1"] },
  "X-MS-Exchange-Inbox-Rules-Loop": { headers: ["X-MS-Exchange-Inbox-Rules-Loop: lea@example.org"] },
  "X-MS-Exchange-Generated-Message-Source": {
    headers: ["X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent"],
  },
  "X-FC-MachineGenerated": { headers: ["X-FC-MachineGenerated: true"] },
  "Feedback-ID": { headers: ["Feedback-ID: 1:campaign:esp"] },
  "a header of a mass mailing": {
    headers: ["X-Campaign-Id: 7", "X-MC-User: a", "X-SG-EID: a", "X-Mailgun-Sid: a"],
  },
  "a header of a tracker or a monitor": {
    headers: ["X-OTRS-Loop: yes", "RT-Ticket: a #1", "X-GitHub-Reason: mention", "X-Cron-Env: <A=b>"],
  },
  "an address of a program": {
    headers: [
      "From: noreply@example.net",
      "From: shop.no-reply@example.net",
      "From: notifications+17@example.net",
      "From: owner-users@example.net",
      "From: users-request@example.net",
      "From: a@example.net\nReply-To: do-not-reply@example.net",
      "Sender: alerts@example.net",
    ],
  },
  "a sender whose name is a program's": {
    headers: ["From: Do not reply <a@example.net>", "From: Shop Notifications <a@b.example>"],
  },
  "it asks that nobody answers": {
    texts: [
      "Please do not reply to this message.",
      "This is an automatically generated email.",
      "Diese Nachricht wurde automatisch erstellt.",
      "Ceci est un message automatique.",
      "Este es un mensaje automático.",
      "このメールは自動送信されています。",
    ],
  },
  "a sender that proves nothing to its own domain": {
    headers: ["Authentication-Results: mx.example.org; spf=fail; dmarc=fail header.from=example.net"],
  },
  "an answer to an invitation": { headers: ["Content-Type: text/calendar; charset=utf-8; method=REPLY"] },
};

for (const { name, source } of robotSigns) {
  test(`the sign “${name}” is found in its examples, and its source is told`, async () => {
    const { headers = [], texts = [] } = examples[name] ?? {};
    const mails = [...headers.map((lines) => mailWith(lines)), ...texts.map((text) => mailWith("", text))];

    assert.ok(mails.length > 0, "it has an example");
    assert.ok(source.length > 3);
    for (const raw of mails) {
      const found = signsOf(factsOf(await parsed(raw))).map((sign) => sign.name);
      assert.ok(found.includes(name), `${raw}\n${found.join(", ")}`);
    }
  });
}

test("a person's mail shows none of them", async () => {
  assert.deepEqual(signsOf(factsOf(await parsed(mailWith("Return-Path: <mia@example.org>")))), []);
});

test("each sign stands once in the table", () => {
  const names = robotSigns.map(({ name }) => name);

  assert.deepEqual([...new Set(names)], names);
  assert.deepEqual(Object.keys(examples).toSorted(), names.toSorted());
});
