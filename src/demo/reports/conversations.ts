import type { Language } from "./told-report.ts";

/** An ordinary mail of the demo, from a person's own mail program; the caller makes the mail and the key. */
export type DemoConversation = {
  from: { name: string; address: string };
  subject: string;
  text: string;
  /** The HTML part, where the mail program sent one beside or instead of the text. */
  html: string | null;
  language: Language;
  ageHours: number;
  /** True when the person encrypts the mail to the desk and has a key of their own. */
  wantsKey: boolean;
  /** Further header lines, for automatic mail. */
  headers: Record<string, string>;
};

const plain = { html: null, wantsKey: false, headers: {} };

/** Six mails that are not WhisperBack reports. */
export function demoConversations(): DemoConversation[] {
  return [
    {
      ...plain,
      language: "en",
      ageHours: 31,
      wantsKey: true,
      from: { name: "Rowan Ashdown", address: "rowan.ashdown@example.org" },
      subject: "Is it safe to keep using a stick after the repair failed?",
      text: `Hello,

the repair of my Persistent Storage failed twice with Tails 7.6.1 on a Dell Latitude 5490. I have since copied the whole stick to an image with dd on another computer, so nothing can get lost any more.

Three questions:
1. Can I run e2fsck with an alternative superblock on the copy, and which one would you try first?
2. Does it matter that the header was upgraded to LUKS2 with Argon2id some time ago?
3. Should I throw the stick away, or is one power cut a good enough explanation?

Please answer encrypted, my key is attached. I cannot use WhisperBack from that computer, it has no network.

Thank you for what you do.
Rowan
`,
    },
    {
      ...plain,
      language: "en",
      ageHours: 47,
      from: { name: "Colette Ambrose", address: "c.ambrose@example.com" },
      subject: "Tails does not start on my new computer (gdm error)",
      text: "",
      html: `<html><head><style>p { font-family: Calibri, sans-serif }</style></head><body>
<p>Dear help desk,</p>
<p>I bought a new desktop computer and Tails <b>7.5</b> does not start on it. I took a note of the error as it says:</p>
<blockquote>Error starting GDM with your graphics card: NVIDIA Corporation GA106 [GeForce RTX 3060 Lite Hash Rate] [10de:2504] (rev a1). Please take note of this error and visit https://tails.net/gdm for troubleshooting.</blockquote>
<p>I cannot send a bug report from inside Tails because I never get that far.&nbsp;Is there anything I can do without buying another graphics card?</p>
<ul><li>Mainboard: Gigabyte B550 AORUS ELITE V2</li><li>The same stick starts on my old laptop</li></ul>
<p>Kind regards,<br>Colette Ambrose</p>
<p style="color:#999;font-size:9px">Sent from my tablet</p>
</body></html>`,
    },
    {
      ...plain,
      language: "fr",
      ageHours: 70,
      from: { name: "Maison de quartier des Tilleuls", address: "ateliers.tilleuls@example.net" },
      subject: "Atelier d'initiation : une vingtaine de clés à préparer",
      text: `Bonjour,

nous organisons le mois prochain un atelier d'initiation à Tails pour une vingtaine de personnes, pour la plupart débutantes. Nous disposons de clés de 8 et de 16 Go.

Est-ce que 8 Go suffisent encore avec la version 7, mises à jour automatiques comprises ? Et vaut-il mieux cloner une clé depuis l'installateur ou écrire l'image sur chacune d'elles ?

Avez-vous aussi un dépliant en français que nous pourrions imprimer ?

Merci d'avance pour votre réponse,
l'équipe des ateliers
`,
    },
    {
      ...plain,
      language: "de",
      ageHours: 99,
      from: { name: "Friederike Anselm", address: "f.anselm@example.org" },
      subject: "Frage zur Tastaturbelegung im Willkommensbildschirm",
      text: `Guten Tag,

meine Passphrase enthält ein ß und ein Ausrufezeichen. Seit dem Upgrade auf 7.6 wird sie im Willkommensbildschirm nur angenommen, wenn ich die Belegung von Hand auf »Deutsch (ohne Akzenttasten)« stelle. Vorher reichte es, als Sprache Deutsch zu wählen.

Lässt sich die Einstellung dauerhaft speichern? Den Schalter »Einstellungen auf dem Tails-USB-Stick speichern« habe ich gefunden, er merkt sich die Sprache, aber nicht die Belegung.

Mit freundlichen Grüßen
Friederike Anselm
`,
    },
    {
      ...plain,
      language: "es",
      ageHours: 58,
      from: { name: "Ramiro Valdepeñas", address: "ramiro.vp@example.com" },
      subject: "No puedo enviar un informe desde WhisperBack",
      text: `Hola:

Quise mandar un informe de error desde Tails 7.6.2, pero WhisperBack dice que no se pudo enviar el mensaje, así que escribo desde mi correo normal.

El problema original es el wifi: se desconecta cada pocos minutos en un HP 15s con tarjeta Realtek RTL8822CE [10ec:c822]. Ocurre desde la 7.4. He guardado el informe en un archivo; si quieren lo envío cifrado, solo díganme a qué clave.

Un saludo,
Ramiro
`,
    },
    {
      ...plain,
      language: "en",
      ageHours: 13,
      from: { name: "M. Hollander", address: "m.hollander@example.org" },
      subject: "Out of office: Re: RTL8822CE loses Wi-Fi",
      text: `Thank you for your message.

I am travelling without a computer until the end of the month and will not read mail. Messages are not forwarded.

M. Hollander
`,
      headers: { "Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", Precedence: "bulk" },
    },
  ];
}
