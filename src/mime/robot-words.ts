// What programs write, by language: patterns in small letters, one alternative after the other, parted by " | ".

/** Subjects of servers that could not deliver a mail. Not of answers or of what a person passes on. */
export const failedSubject = pattern(
  String.raw`^(\[[^\]]{1,40}\] *)?(?!(re|fwd?|aw|wg|tr|rv|sv|vs|antw|enc|i|r) *:).{0,80}?`,
)`
    en: undeliver(able|ed) | non[- ]?delivery | not delivered | delivery (failure|failed|has failed|error|problem)
    en: delivery status notification ?(\(failure\)|: ?error) | delivery (status )?notification( \(failure\))?$
    en: delivery notification: delivery has failed | (failed|failure) (delivery|notice|notification|mail) | failure notice
    en: mail (delivery )?(fail(ed|ure)|error|system error) | message (delivery )?(failure|has failed|undeliverable)
    en: message status - undeliverable | permanent (delivery )?(failure|error) | return(ed|ing) (mail|message|to sender|email)
    en: could not be (delivered|sent) | cannot (be )?deliver(ed)? | error sending | bounced?( message| mail)?$
    en: rejected( message| mail)?$ | user unknown | processing error
    de: unzustellbar | nicht zugestellt | nicht zustellbar | zustell(ung)?s?(fehler|fehlgeschlagen)
    de: zustellung (fehlgeschlagen|nicht möglich)
    fr: non[- ](remis|distribu|délivr|reçu|livr) | échec de (la )?(remise|livraison|distribution) | utilisateur non reconnu
    es: no (se )?(ha )?(pod(ido|rá) )?(entregad?[oa]r?|entregar) | sin entregar | error de entrega | no entregable
    it: mancat[ao] (consegna|recapito) | non recapitabile | recapito (non )?(riuscito|fallito)
    pt: não entregue | falha na entrega | não foi possível entregar
    nl: onbestelbaar | niet (bezorgd|afgeleverd)
    ru: не доставлен | недоставлен | не удалось доставить
    pl: nie dostarczono | niedostarczon
    cs: nedoručiteln | nelze doručit
    sv: kan inte leverera | olevererbar | går inte att leverera
    da: kan ikke leveres | uleverbar
    fi: ei voida toimittaa | toimittamaton
    hu: kézbesíthetetlen | sikertelen kézbesítés
    ro: nelivra(t|bil) | livrare eșuat
    tr: teslim edilemedi | letilemedi
    el: δεν παραδόθηκε | μη παραδοτέ
    he: לא נמסר
    ar: تعذر | لم يتم التسليم
    fa: تحویل نشد
    ja: 配信(できません|不能|不可|エラー) | 送信(エラー|できません) | メールエラー | 届けられません
    zh: 未达 | 无法投递 | 投递失败 | 投遞失敗 | 退信 | 退回 | 无法传递 | 無法傳遞
    ko: 배달(되지| 못| 실패|할 수 없) | 전송 실패 | 반송`;

/** What the text of such a mail says, wherever. */
export const failedWords = pattern()`
    en: \b5\d\d[ -]+#?5\.\d{1,3}\.\d{1,3}\b
    en: \b55\d [^\n]{0,80}(unknown|not found|no such|unavailable|rejected|does not|disabled|denied)
    en: user unknown | unknown user | no such (user|address|recipient) | no mailbox here
    en: mailbox (is )?(full|unavailable|not found|disabled) | (could|can) ?not be (delivered|sent) | undeliver(able|ed)
    en: (was|were|is|been) not delivered | unable to deliver | not able to deliver | wasn't able to deliver
    en: couldn't be delivered | delivery (has )?failed | failed permanently | permanent (fatal )?(error|failure)
    en: did not reach | does not exist | address (was )?rejected | i could not deliver | i(['’]| ha)ve given up
    en: i wasn't able | returned to (you|sender) | host unknown | not listed in | quota exceeded | over quota
    en: failed recipients? | invalid (final )?(delivery )?(userid|user|address|recipient) | account is disabled
    en: recipients? failed
    de: konnte nicht zugestellt | nicht zustellbar | unzustellbar | konnte nicht übermittelt
    fr: n['’]a pas pu être | n['’]a pas été (remis|distribu|livr)
    es: no se (pudo|ha podido|puede) entregar | no pudo ser entregado
    it: non (è stato|è) possibile (recapitare|consegnare)
    pt: não (pôde|pode|foi) (ser )?(possível )?entreg
    nl: kon niet worden
    ru: не (было )?доставлено | не может быть доставлено | не удалось доставить
    pl: nie (mogła|mógł|może|można|udało się)[^\n]{0,30}dostarcz
    sv: kunde inte levereras
    da: kunne ikke (leveres|afleveres)
    fi: ei voitu toimittaa
    cs: (nelze|nebylo možné|nepodařilo se) doručit
    hu: nem (lehetett|sikerült) kézbesít
    ro: nu a putut fi (livrat|trimis)
    tr: teslim edilemedi | letilemedi
    el: δεν ήταν δυνατή
    he: לא ניתן היה
    ar: تعذر تسليم | لم يتم تسليم
    ja: 配信できません | 配信不能 | 届けられません | 送信できません | 送信されませんでした | 配送できません | エラー
    zh: 无法投递 | 投递失败 | 无法送达 | 被退回 | 無法傳遞 | 無法投遞
    ko: 배달하지 못 | 전송하지 못 | 전송되지`;

/** Subjects of servers that go on trying. */
export const lateSubject = pattern()`
    en: \bdelay(ed)?\b | still being retried | has not yet been delivered | \(delay\) | transient | temporar(y|ily)
    en: ^warning(: |--)(could not send|message|e?mail)
    de: verzögert | verzögerung
    fr: retardé | retard de
    es: retrasad | demorad | retraso
    it: in ritardo | ritardat
    pt: atrasad | atraso | adiad
    nl: vertraag
    ru: задерж | отложен
    pl: opóźnion
    sv: försenad
    da: forsinke
    fi: viivästy
    cs: zpožděn
    hu: késik | késleltet
    ro: întârzi
    tr: gecik
    el: καθυστ
    he: עיכוב
    ar: تأخ | تأخير
    fa: تاخیر
    ja: 遅延 | 遅れ
    zh: 延迟 | 延遲
    ko: 지연`;

/** What the text of such a warning says. */
export const lateWords = pattern()`
    en: has not yet been delivered | not been delivered yet | still (being )?(retr(ied|ying)|trying)
    en: will (continue|keep) (to )?(be )?(try|retr|attempt) | do(es)? not need to (be )?resen[dt]
    en: this is a warning message only | will be (re)?tried | delivery attempts will continue | delivery (is|has been) delayed
    de: wird weiter versucht | weitere zustellversuche
    fr: nouvelles tentatives
    es: seguir[áa] intentando
    it: ulteriori tentativi
    pt: tentativas (de entrega )?continuar
    nl: nogmaals geprobeerd
    ru: попытки (доставки )?будут
    ja: 再送を(続け|試み) | 継続して
    zh: 将继续尝试
    ko: 계속 시도`;

/** Subjects of reports that a mail arrived. */
export const arrivedSubject = pattern()`
    en: ^(delivered|relayed|expanded): | success(ful)?( mail)? delivery | successfully delivered
    en: delivery (report|status notification) \((success|relay|expanded)\) | \((success|relay(ed)?)\)$
    de: ^zugestellt:
    fr: ^remis ?:
    es: ^entregado:
    it: ^consegnato:
    pt: ^entregue:
    nl: ^bezorgd:`;

/** How the subjects of automatic answers begin, and how some end. */
export const replySubject = pattern("^[[(]? *")`
    en: auto(matic|mated|mat\.)?[ -]?(reply|response|answer|respons?)\b | autoreply | auto(resp(onse|onder)?)? ?:
    en: out of (the )?office\b | ooo( ?:|$) | away (from|until|till)\b | away ?: | i am away
    en: on (vacation|holiday|leave)\b | vacation( (reply|message|notice))?( ?:|$) | absence ?:
    en: .{0,200}\((automatic|auto)[- ]?(response|reply)\)$ | .{0,80}\bis (out of (the )?office|away|on (vacation|leave))\b
    de: autom(\.|atische) (antwort|abwesenheits\w*|eingangsbestätigung|rückmeldung) | nicht im (büro|haus)
    de: abwesenheits?(notiz|meldung|nachricht|benachrichtigung|assistent)?\b | abwesend | urlaub ?:
    fr: réponse (automatique|d['’]absence) | message d['’]absence | absence du bureau | absente? (du bureau|jusqu)
    es: respuesta autom[áa]tica | fuera de (la )?oficina | ausente
    it: risposta automatica | fuori (ufficio|sede) | assente
    pt: resposta autom[áa]tica | fora do escritório | ausência
    ca: resposta automàtica
    nl: automatische? (antwoord|beantwoording|reactie) | afwezig | niet aanwezig
    ru: автоматический ответ | автоответ | отсутствие на рабочем
    uk: автоматична відповідь | автовідповідь
    bg: автоматичен отговор
    pl: automatyczna odpowied[zź] | autoodpowied[zź] | nieobecno[sś][cć] | poza biurem
    cs: automatická odpověď | mimo kancelář
    sk: automatická odpoveď
    hr: automatski odgovor
    sl: samodejni odgovor
    sv: automatiskt svar | autosvar | frånvaro | ej på kontoret
    da: automatisk svar | fravær | ikke på kontoret
    fi: automaattinen vastaus | poissaolo
    et: automaatvastus
    lv: automātisk\w* atbilde
    lt: automatinis atsakymas
    hu: automatikus válasz | házon kívül
    ro: răspuns automat
    tr: otomatik (yanıt|cevap) | ofis dışında
    el: αυτόματη απάντηση
    he: תשובה אוטומטית | מענה אוטומטי
    ar: رد تلقائي | الرد التلقائي
    fa: پاسخ خودکار
    vi: trả lời tự động
    id: balasan otomatis
    th: ตอบกลับอัตโนมัติ
    ja: 自動(応答|返信) | 不在(通知|のお知らせ|です) | 休暇(中|のお知らせ)
    zh: 自动(回复|答复) | 自動回[复覆]
    ko: 자동 ?(응답|회신) | 부재 ?중`;

/** How the subjects of read receipts begin. */
export const receiptSubject = pattern("^", " ?(:|[(]|：|–|- )")`
    en: read | not read | displayed | return receipt | read receipt | receipt | delivery receipt
    de: gelesen | ungelesen | lesebestätigung | empfangsbestätigung
    fr: lu | non lu | accusé de (lecture|réception)
    es: leído | no leído | confirmación de lectura
    it: letto | non letto | conferma di lettura
    pt: lida | não lida | confirmação de leitura
    nl: gelezen | ongelezen | leesbevestiging
    ru: прочтено | не прочтено | отчет о прочтении
    pl: przeczytano | nieprzeczytane | potwierdzenie odczytu
    cs: přečteno
    sv: läst | lästkvitto
    da: læst
    nb: lest
    fi: luettu
    hu: olvasva
    ro: citit
    tr: okundu
    el: διαβάστηκε
    he: נקרא
    ar: تمت القراءة
    fa: خوانده شد
    ja: 開封済み | 開封確認
    zh: 已读 | 已讀
    ko: 읽음`;

/** What automatic mail says of itself in its text. */
export const robotWords = pattern()`
    en: (do not|don['’]t|cannot|please do not) (reply|respond) (directly )?to this | unmonitored (mailbox|address)
    en: (this is|this was) an? (automat(ed|ic)|auto-?generated|system[- ]generated) | (generated|sent) automatically
    en: (automatically|auto-?) ?generated (e-?mail|message|reply|response)
    de: (automatisch|maschinell) (erstellt|generiert|erzeugt|versendet) | nicht auf diese (e-?mail|nachricht)
    fr: (message|courriel|e-?mail) (automatique|généré automatiquement) | ne (pas répondre|répondez pas) à ce
    es: (mensaje|correo) (automático|generado automáticamente) | no responda a este
    it: (messaggio|e-?mail) (automatic[oa]|generat[oa] automaticamente) | non rispondere a quest
    pt: (mensagem|e-?mail) automátic[oa] | não responda a est
    nl: automatisch (gegenereerd|verzonden) | niet op (dit bericht|deze e-?mail)
    ru: автоматическ(и|ое) (сообщение|сгенерирован|создан) | не отвечайте на это
    pl: wygenerowan[ya] automatycznie | nie odpowiada(j|ć) na t[ęa]
    tr: otomatik olarak (gönderil|oluşturul)
    ja: 自動(送信|配信|生成) | 返信(しないで|できません)
    zh: 自动(发送|生成) | 请勿(直接)?回复 | 自動發送
    ko: 자동으로 (발송|생성) | 회신하지 마
    ar: تلقائي(ة|ًا) | لا ترد على هذ`;

/** Names that mail servers and gateways write beside their address. */
export const serverName = pattern()`
    en: mail[ -]?deliver(y|s)? (sub)?system | (mail|message|delivery) (delivery )?(administrator|subsystem|system)
    en: system[ -]?administrator | ndr administrator | mail (router|gateway|server|service) | mail\.delivery
    en: jetmail | interscan | antivirus | e500_smtp | microsoft exchange
    de: systemadministrator | mailzustell
    fr: administrateur syst[eè]me
    es: administrador del sistema
    it: amministratore (di )?sistema
    pt: administrador do sistema
    nl: systeembeheer
    ru: системный администратор | почтов(ая|ой) (систем|служб)
    ja: システム管理者
    zh: 系统管理员 | 系統管理員
    ko: 시스템 관리자`;

/** Names of senders who are no people. */
export const robotName = pattern()`
    en: do[ -]?not[ -]?reply | no[ -]reply | noreply | notification | newsletter | mailer | \brobot\b | \bbot\b
    en: auto(matic|mated)?[ -]?(reply|response|responder|mail|message)
    de: nicht antworten | keine antwort
    fr: ne pas répondre
    es: no responder
    it: non rispondere
    pt: não responda`;

/** Words of addresses that are no person's, alone or between marks: "no-reply", "shop.noreply", "alerts+17". */
export const robotAddress = pattern("(^|[._+=-])", String.raw`(?=$|[._+=-]|\d+$)`)`
    en: no[._-]?reply | noreplies | (do|please)[._-]?not?[._-]?reply | dont[._-]?reply | not[._-]?reply | unattended
    en: unmonitored | auto(mat(ed|ic|isch))? | auto[._-]?(reply|response|responder|mail(er)?|confirm(ation)?|notif(y|ication))
    en: robot | bot | mailbot | notif(y|ication|ications|ier|icaciones|iche) | alert(s|ing)? | alarms? | monitor(ing)?
    en: nagios | zabbix | icinga | cron(job)? | daemon | system | sysadmin | mailer | bulk[._-]?mail(er)? | newsletters?
    en: news | marketing | campaigns? | promo(tions)? | offers | digest | reminders? | updates? | announce(ments)?
    en: invoice | receipts? | order[._-]?confirm(ation)? | confirm(ation)?s? | verify | verification
    en: calendar[._-]?notification | feedback[._-]?loop | fbl | dmarc[._-]?(reports?)?
    en: jira | gitlab | github | bugzilla | redmine | jenkins | ci | builds? | sentry | wordpress | www[._-]?data
    en: apache | nginx | root | nobody | devnull | dev[._-]null | null | blackhole
    en: listserv | majordomo | mailman | sympa | ezmlm | mdaemon | listmaster | listadmin | owner | request | relay
    en: bounces? | returns? | errors? | uucp | usenet
    de: keine[._-]?antwort | nicht[._-]?antworten | benachrichtigung(en)?
    fr: ne[._-]?pas[._-]?repondre
    es: no[._-]?responder
    pt: nao[._-]?responda
    it: non[._-]?rispondere
    nl: niet[._-]?beantwoorden
    pl: nie[._-]?odpowiadaj`;

/** Header fields of programs that mail many. */
export const massMailing = pattern("^x-")`
    any: campaign | mc-user | mailchimp | sg-e?id | mailgun-(tag|campaign|sid) | mj- | mailjet | sfmc | job$ | cid$
    any: csa-complaints | rpcampaign | mailer-(lid|sid|recptid) | newsletter | bulk | mass-?mail | report-abuse
    any: abuse-(info|reports) | ses-outgoing | mandrill | smtpapi | list-`;

/** Header fields of trackers, forums and monitors. */
export const tracker = pattern("^")`
    any: x-otrs-loop | x-rt- | rt- | managed-by$ | x-zammad | x-glpi | x-jira- | x-github- | x-gitlab- | x-bugzilla-
    any: x-redmine- | x-debian-pr | x-cron-env | x-nagios | x-zabbix | x-jenkins | x-pagerduty | x-phabricator
    any: x-discourse | x-ticket-id | x-helpdesk | x-freshdesk | x-zendesk | x-kayako | x-osticket | x-freescout
    any: x-drupal | x-php-originating-script`;

/** Makes the pattern of a table of words; the language in front of a line is for readers alone. */
function pattern(before = "", after = ""): (table: TemplateStringsArray) => RegExp {
  return ({ raw: [table = ""] }) => {
    const lines = table.trim().split("\n");
    const words = lines.map((line) =>
      line
        .replace(/^\s*[a-z]+: /, "")
        .split(" | ")
        .join("|"),
    );
    return new RegExp(`${before}(${words.join("|")})${after}`);
  };
}
