import type { SeededRandom } from "./seeded-random.ts";

/** One ordinary line of a session's journal, with the small errors that every healthy session has too. */
export function ordinaryLine(random: SeededRandom): string {
  return random.pick(ordinaryLines)(random);
}

const services = [
  "fwupd",
  "colord",
  "geoclue",
  "packagekit",
  "upower",
  "udisks2",
  "power-profiles-daemon",
  "systemd-hostnamed",
  "systemd-localed",
  "bolt",
  "rtkit-daemon",
  "accounts-daemon",
];
const names = [
  "org.freedesktop.hostname1",
  "org.freedesktop.locale1",
  "org.gnome.Nautilus",
  "org.freedesktop.portal.Desktop",
  "org.gnome.evolution.dataserver.Sources5",
  "org.freedesktop.Tracker3.Miner.Files",
];

const ordinaryLines: ((random: SeededRandom) => string)[] = [
  (random) =>
    `dbus-daemon[1101]: [system] Activating via systemd: service name='${random.pick(names)}' unit='dbus.service' requested by ':1.${random.below(240)}' (uid=1000 pid=${pid(random)} comm="/usr/bin/gnome-shell")`,
  (random) => `dbus-daemon[1101]: [system] Successfully activated service '${random.pick(names)}'`,
  (random) =>
    `dbus-daemon[2380]: [session uid=1000 pid=2380] Activating service name='${random.pick(names)}' requested by ':1.${random.below(120)}' (uid=1000 pid=${pid(random)} comm="")`,
  (random) => {
    const service = random.pick(services);
    return `systemd[1]: Started ${service}.service - ${service}.\nSubject: A start job for unit ${service}.service has finished successfully\nDefined-By: systemd\nSupport: https://[URL REMOVED]\n\nA start job for unit ${service}.service has finished successfully.\n\nThe job identifier is ${900 + random.below(4000)}.`;
  },
  (random) => `systemd[1]: ${random.pick(services)}.service: Deactivated successfully.`,
  (random) =>
    `systemd[2340]: Started app-gnome-org.gnome.${random.pick(["Terminal", "TextEditor", "Settings", "Calculator"])}-${pid(random)}.scope - Application launched by gnome-shell.`,
  (random) =>
    `Tor[3302]: Heartbeat: Tor's uptime is ${random.below(9)}:0${random.below(6)} hours, with ${3 + random.below(20)} circuits open. I've sent ${random.below(90)}.${random.below(99)} MB and received ${random.below(700)}.${random.below(99)} MB.`,
  (random) =>
    `Tor[3302]: New control connection opened from [IPV4 REMOVED].${random.below(2) ? "" : " (onioncircuits)"}`,
  (random) =>
    `Tor[3302]: No circuits are opened. Relaxed timeout for circuit ${random.below(900)} (a Measuring circuit timeout 4-hop circuit in state doing handshakes with channel state open) to 60000ms. ${1 + random.below(4)} guards are live.`,
  (random) =>
    `onion-grater[1277]: amnesia (filter: tor-browser): -> GETINFO circuit-status (${random.below(4000)} bytes)`,
  (random) =>
    `gnome-shell[2411]: Window manager warning: Ping serial ${100000 + random.below(900000)} was reused for window 0x${random.hex(6)}, previous use was for window 0x${random.hex(6)}.`,
  (random) =>
    `gnome-shell[2411]: JS ERROR: TypeError: this._lightbox is null at resource:///org/gnome/shell/ui/screenShield.js:${100 + random.below(600)}`,
  (random) =>
    `gnome-shell[2411]: clutter_actor_set_easing_state: assertion 'CLUTTER_IS_ACTOR (self)' failed (${random.below(30)})`,
  (random) =>
    `firefox.real[${pid(random)}]: [Parent ${pid(random)}, Main Thread] WARNING: Failed to load module "canberra-gtk-module"`,
  (random) =>
    `tor-browser[${pid(random)}]: console.error: RemoteSettings: collection ${random.pick(["anti-tracking-url-decoration", "search-config-v2", "tippytop", "hijack-blocklists"])}: NetworkError when attempting to fetch resource.`,
  (random) =>
    `audit[812]: AVC audit(EPOCH.${100 + random.below(899)}:${random.below(900)}): apparmor="DENIED" operation="open" profile="torbrowser_firefox" name="/proc/${pid(random)}/cgroup" comm="firefox.real" requested_mask="r" denied_mask="r"`,
  (random) =>
    `kernel: audit: type=1400 audit(EPOCH.${100 + random.below(899)}:${random.below(900)}): apparmor="ALLOWED" operation="capable" class="cap" profile="evince" capname="${random.pick(["sys_ptrace", "dac_read_search"])}"`,
  (random) =>
    `kernel: Dropped outbound packet: IN= OUT=${random.pick(["lo", "wlan0", "eth0"])} SRC=[IPV4 REMOVED] DST=[IPV4 REMOVED] LEN=${40 + random.below(80)} TOS=0x00 PREC=0x00 TTL=64 ID=${random.below(65536)} DF PROTO=${random.pick(["TCP", "UDP"])} SPT=${random.below(65536)} DPT=${random.pick([53, 443, 5353, 9050])}`,
  (random) =>
    `NetworkManager[1502]: <info>  [EPOCH.${1000 + random.below(8999)}] dhcp4 (wlan0): state changed new lease, address=[IPV4 REMOVED]`,
  (random) =>
    `wpa_supplicant[1588]: wlan0: WPA: Group rekeying completed with [MAC REMOVED] [GTK=CCMP] (${random.below(3600)})`,
  (random) =>
    `gvfsd[2490]: mkdir failed on directory /var/cache/samba: Permission denied (${random.below(99)})`,
  (random) => `nautilus[${pid(random)}]: Could not delete '.meta.isrunning': No such file or directory`,
  (random) =>
    `gsd-media-keys[2588]: Failed to grab accelerator for keybinding settings:${random.pick(["rotate-video-lock", "playback-repeat", "hibernate", "screenreader"])}`,
  (random) => `gsd-color[2571]: failed to get edid: unable to get EDID for output (${random.below(4)})`,
  (random) =>
    `pipewire[2302]: mod.rt: could not set nice-level to -11: ${random.pick(["Permission denied", "No such file or directory"])} (${random.below(9)})`,
  (random) => `xdg-desktop-por[${pid(random)}]: Failed connect to PipeWire: Couldn't connect to PipeWire`,
  (random) =>
    `rtkit-daemon[1699]: Successfully made thread ${pid(random)} of process ${pid(random)} owned by '1000' RT at priority 5.`,
  (random) =>
    `sudo[${pid(random)}]: amnesia : PWD=/home/amnesia ; USER=root ; COMMAND=/usr/local/sbin/tails-debugging-info (${random.below(9)})`,
  (random) =>
    `kernel: perf: interrupt took too long (${2500 + random.below(6000)} > ${2400 + random.below(90)}), lowering kernel.perf_event_max_sample_rate to ${10000 + random.below(60000)}`,
  (random) =>
    `kernel: usb 1-${1 + random.below(8)}: new full-speed USB device number ${3 + random.below(20)} using xhci_hcd`,
  (random) =>
    `at-spi-bus-launcher[2466]: dbus-daemon[2466]: Successfully activated service 'org.a11y.atspi.Registry' (${pid(random)})`,
  (random) =>
    `ibus-daemon[2611]: GLib-GIO-WARNING: Your application did not unregister from D-Bus before destruction. Consider using g_application_run() (${pid(random)}).`,
  (random) =>
    `tails-create-netns[1260]: RTNETLINK answers: File exists (veth-${random.pick(["tbb", "clearnet", "onioncircs", "tca"])})`,
  (random) =>
    `htpdate[3410]: done with ${random.pick(["pool1", "pool2", "pool3"])}, median difference ${random.below(3)} s`,
];

function pid(random: SeededRandom): number {
  return 1000 + random.below(8000);
}
