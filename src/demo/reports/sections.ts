import { blockDeviceSection, diskSections, MEDIUM, modulesOf } from "./disk-sections.ts";
import { freeOutput, lscpuOutput } from "./localised-output.ts";
import type { Machine } from "./machines.ts";
import { osRelease } from "./os-release.ts";
import { isSince } from "./releases.ts";
import type { Section, Surroundings } from "./section.ts";
import type { PersistentFeature } from "./told-report.ts";
import { lsusbTree, lsusbVerbose } from "./usb-output.ts";

const STORAGE = "/live/persistence/TailsData_unlocked";

/** The sections in the order of that release, without the journal, which comes last. */
export function sectionsOf(around: Surroundings): Section[] {
  const { machine, release } = around;
  const since = (version: string) => isSince(release.version, version);
  const language = since("6.9") ? "en" : around.language;
  const usb = [
    { key: "/usr/bin/lsusb --verbose --tree", content: lsusbTree(machine, around.stick) },
    ...(since("5.15")
      ? [{ key: "/usr/bin/lsusb --verbose", content: lsusbVerbose(machine, around.stick) }]
      : []),
  ];

  return [
    { key: "/proc/cmdline", content: around.commandLine },
    { key: "/usr/sbin/dmidecode -s system-manufacturer", content: machine.manufacturer },
    { key: "/usr/sbin/dmidecode -s system-product-name", content: machine.product },
    { key: "/usr/sbin/dmidecode -s system-version", content: machine.revision },
    { key: "/usr/bin/lspci -nn", content: machine.pci },
    ...(since("5.15")
      ? [
          { key: "/usr/bin/free --mega --wide", content: freeOutput(language, machine) },
          { key: "/usr/bin/lscpu", content: lscpuOutput(language, machine) },
          blockDeviceSection(around),
        ]
      : []),
    ...(since("5.16") ? [] : usb),
    ...diskSections(around, language),
    ...(since("5.16") ? usb : []),
    {
      key: "/bin/lsmod",
      content: `Module                  Size  Used by\n${machine.modules}\noverlay               212992  1`,
    },
    ...soundSections(machine),
    ...(since("5.20")
      ? [
          {
            key: "/var/log/boot.log",
            content: "+ log Resizing system partition\n+ echo Resizing system partition",
          },
        ]
      : []),
    {
      key: "/var/log/live/boot.log",
      content:
        'Begin: Mounting "/live/medium/live/filesystem.squashfs" on "//filesystem.squashfs" via "/dev/loop0" ... done.',
    },
    {
      key: "/var/log/live/config.log",
      content: "live-config: hostname user-setup sudo locales\n+ . /lib/live/config.sh",
    },
    { key: "/var/lib/live/config/tails.macspoof", content: "TAILS_MACSPOOF_ENABLED=true" },
    { key: "/var/lib/live/config/tails.network", content: "TAILS_NETWORK=true" },
    { key: "/var/lib/live/config/tails.unsafe-browser", content: "TAILS_UNSAFE_BROWSER_ENABLED=false" },
    ...storageSections(around),
    { key: `${MEDIUM}/live/Tails.module`, content: modulesOf(around).join("\n") },
    {
      key: "/lib/live/mount/rootfs/filesystem.squashfs/etc/os-release",
      content: osRelease(around.installed),
    },
    ...(since("5.9") ? [{ key: "/run/tails-persistent-storage/profiles", content: [] }] : []),
    { key: "/var/lib/tca/tca.conf", content: torSettings(around.bridges) },
  ];
}

function soundSections({ sound }: Machine): Section[] {
  return [
    {
      key: "/proc/asound/cards",
      content: sound
        ? ` 0 [${sound.card.padEnd(15)}]: ${sound.driver} - ${sound.card}\n                      ${sound.card} at 0x603d1b8000 irq 171`
        : "--- no soundcards ---",
    },
    {
      key: "/proc/asound/devices",
      content: sound
        ? "  1:        : sequencer\n  2: [ 0- 0]: digital audio playback\n  3: [ 0]   : control"
        : "  1:        : sequencer\n 33:        : timer",
    },
    { key: "/proc/asound/modules", content: sound ? ` 0 ${sound.driver}` : "" },
  ];
}

function storageSections({ persistence, additionalSoftware }: Surroundings): Section[] {
  const features = persistence ?? [];
  const lines = features.map((feature) => persistentFolders[feature]);
  return [
    { key: `${STORAGE}/persistence.conf`, content: features.length > 0 ? lines.join("\n") : "Not found" },
    {
      key: `${STORAGE}/live-additional-software.conf`,
      content: features.includes("software") ? additionalSoftware.join("\n") : "Not found",
    },
    {
      key: `${STORAGE}/apt-sources.list.d`,
      content: additionalSoftware.includes("signal-desktop")
        ? [
            {
              path: `${STORAGE}/apt-sources.list.d/signal.list`,
              text: "deb [arch=amd64 signed-by=/usr/share/keyrings/signal.gpg] tor+https://[URL REMOVED] xenial main",
            },
          ]
        : features.includes("software")
          ? []
          : "Not found",
    },
  ];
}

function torSettings(bridges: string[]): string {
  return JSON.stringify({ tor: { hide: bridges.length > 0, bridges, proxy: {} } })
    .replaceAll(",", ", ")
    .replaceAll('":', '": ');
}

const persistentFolders: Record<PersistentFeature, string> = {
  files: "/home/amnesia/Persistent\tsource=Persistent",
  network: "/etc/NetworkManager/system-connections\tsource=nm-system-connections",
  browser: "/home/amnesia/.mozilla/firefox/bookmarks\tsource=bookmarks",
  gnupg: "/home/amnesia/.gnupg\tsource=gnupg",
  thunderbird: "/home/amnesia/.thunderbird\tsource=thunderbird",
  electrum: "/home/amnesia/.electrum\tsource=electrum",
  software: "/var/cache/apt/archives\tsource=apt/cache",
  printers: "/etc/cups\tsource=cups-configuration",
};
