/** What a section of a report is about; the order is the order of use to a person who reads the ticket. */
export type SectionKind = (typeof kinds)[number]["kind"];

/** The kind of a section by its key (the file or command in its marker), under all the names it ever had. */
export function kindOfSection(key: string): SectionKind {
  return kinds.find(({ keys }) => keys.test(key))?.kind ?? "other";
}

/** What to call a kind on a page; null for "other", which is called by its key. */
export function nameOfKind(kind: SectionKind): string | null {
  return kinds.find((each) => each.kind === kind)?.name ?? null;
}

/** The place of a kind when the most useful comes first, and whether it is folded at first. */
export function placeOfKind(kind: SectionKind): { place: number; folded: boolean } {
  const place = kinds.findIndex((each) => each.kind === kind);
  return { place, folded: place >= firstFolded };
}

const command = (words: string) => new RegExp(`^(?:/usr)?/s?bin/${words}(?: |$)`);
const dmidecode = (what: string) => new RegExp(`^(?:/usr)?/s?bin/dmidecode -s ${what}$`);
const livePersistence = (file: string) => new RegExp(`^/live/persistence/\\S*${file}`);

const kinds = [
  { kind: "cmdline", name: "Boot options", keys: /^\/proc\/cmdline$/ },
  { kind: "manufacturer", name: "Computer maker", keys: dmidecode("system-manufacturer") },
  { kind: "model", name: "Computer model", keys: dmidecode("system-product-name") },
  { kind: "model-version", name: "Computer model revision", keys: dmidecode("system-version") },
  { kind: "pci", name: "PCI devices", keys: command("lspci") },
  { kind: "memory", name: "Memory", keys: command("free") },
  { kind: "cpu", name: "Processor", keys: command("lscpu") },
  {
    kind: "block-device",
    name: "Boot disk",
    keys: /^(?:\/usr\/local\/sbin\/tails-block-device-info|(?:\/usr)?\/bin\/lsblk)(?: |$)/,
  },
  { kind: "df", name: "Free space", keys: command("df") },
  {
    kind: "installed-release",
    name: "Tails as first installed",
    keys: /\/filesystem\.squashfs\/etc\/os-release$/,
  },
  { kind: "upgrades", name: "Upgrades applied", keys: /\/live\/Tails\.module$/ },
  {
    kind: "welcome-screen",
    name: "Welcome Screen choices",
    keys: /^\/var\/lib\/(?:live\/config|gdm3)\/tails\.[a-z_-]+$/,
  },
  {
    kind: "persistence-features",
    name: "Persistent Storage features",
    keys: livePersistence("/persistence\\.conf$"),
  },
  {
    kind: "additional-software",
    name: "Additional software",
    keys: livePersistence("/live-additional-software\\.conf$"),
  },
  {
    kind: "apt-sources",
    name: "Additional APT sources",
    keys: livePersistence("/apt-sources\\.list\\.d(?:/|$)"),
  },
  {
    kind: "persistence-profiles",
    name: "Persistent Storage timing",
    keys: /^\/run\/tails-persistent-storage\/profiles$/,
  },
  { kind: "tor-connection", name: "Tor Connection settings", keys: /^\/var\/lib\/tca\/tca\.conf$/ },
  {
    kind: "early-boot-log",
    name: "Early boot",
    keys: /^\/var\/log\/(?:boot|live\/boot|live\/config)\.log$/,
  },
  { kind: "persistence-log", name: "Persistent Storage log", keys: /^\/var\/log\/live-persist/ },
  { kind: "sound", name: "Sound", keys: /^\/proc\/asound\// },
  { kind: "other", name: null, keys: /^$/ },
  { kind: "usb-tree", name: "USB tree", keys: /^(?:\/usr)?\/s?bin\/lsusb (?:.* )?--tree(?: |$)/ },
  { kind: "mount", name: "Mounts", keys: command("mount") },
  { kind: "medium-space", name: "Space on the system partition", keys: command("du") },
  { kind: "medium-files", name: "Files on the system partition", keys: command("ls") },
  { kind: "device-mapper", name: "Device mapper", keys: command("dmsetup") },
  { kind: "loop-devices", name: "Loop devices", keys: command("losetup") },
  { kind: "modules", name: "Kernel modules", keys: command("lsmod") },
  { kind: "usb", name: "USB devices in detail", keys: command("lsusb") },
  {
    kind: "session-log",
    name: "Session log",
    keys: /^(?:\/home\/amnesia\/\.xsession-errors|\/var\/log\/gdm3\/)/,
  },
  { kind: "graphics-log", name: "Graphics log", keys: /^(?:\/var\/log\/Xorg|\/etc\/X11\/xorg\.conf)/ },
  { kind: "repeated", name: "Section that came twice", keys: /^(?!)/ },
  {
    kind: "kernel-log",
    name: "Kernel log",
    keys: /^(?:(?:\/usr)?\/s?bin\/dmesg(?: |$)|(?:\/bin\/)?grep \S+ \/var\/log\/messages$|\/var\/log\/(?:messages|syslog|kern\.log))/,
  },
  { kind: "journal", name: "Journal", keys: command("journalctl") },
] as const satisfies readonly { kind: string; name: string | null; keys: RegExp }[];

const firstFolded = kinds.findIndex(({ kind }) => kind === "usb-tree");
