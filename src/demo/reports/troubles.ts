import { bootDisk, type Machine } from "./machines.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** What goes wrong in a session, as its journal shows it. */
export type Trouble = keyof typeof troubles;

type TroubleLines = (random: SeededRandom, machine: Machine) => string[];

/** For each trouble, one burst of journal lines (already sanitised as WhisperBack does it). */
export const troubles = {
  nothing: () => [],

  wifiLost: (random, machine) => {
    const card = machine.wifi ?? "rtw_8822ce 0000:03:00.0";
    return [
      `kernel: ${card}: failed to send h2c command`,
      `kernel: ${card}: firmware failed to leave lps state`,
      `kernel: ${card}: timed out to flush queue ${1 + random.below(3)}`,
      "kernel: wlan0: Connection to AP [MAC REMOVED] lost",
      `wpa_supplicant[1588]: wlan0: CTRL-EVENT-DISCONNECTED bssid=[MAC REMOVED] reason=4 locally_generated=1`,
      "wpa_supplicant[1588]: wlan0: CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid='[ESSID REMOVED]' auth_failures=1 duration=10 reason=CONN_FAILED",
      `NetworkManager[1502]: <warn>  [EPOCH.${1000 + random.below(8999)}] device (wlan0): link timed out.`,
      "NetworkManager[1502]: <info>  device (wlan0): state change: activated -> failed (reason 'ssid-not-found', managed-type: 'full')",
    ];
  },

  wifiMissing: (_random, machine) => {
    const card = machine.wifi ?? "brcmfmac 0000:03:00.0";
    return [
      `kernel: ${card}: Direct firmware load for brcm/brcmfmac43602-pcie.bin failed with error -2`,
      `kernel: ${card}: brcmf_pcie_setup: Dongle setup failed`,
      "spoof-mac[1320]: Failed to spoof MAC address of NIC wlan0, removing driver module",
      "NetworkManager[1502]: <info>  device (wlan0): driver 'wl' does not support carrier detection.",
    ];
  },

  gdmFails: (random, machine) => [
    ...(machine.pci.includes("NVIDIA")
      ? [
          "kernel: nouveau 0000:01:00.0: unknown chipset (b96000a1)",
          "kernel: nouveau 0000:01:00.0: probe with driver nouveau failed with error -12",
          "kernel: nouveau 0000:01:00.0: gsp: init failed, -110",
        ]
      : [
          "kernel: amdgpu 0000:05:00.0: amdgpu: failed to load ucode DMCUB(0x3D)",
          "kernel: amdgpu 0000:05:00.0: amdgpu: Fatal error during GPU init",
        ]),
    `gnome-shell[${2100 + random.below(90)}]: Failed to setup: No GPUs found`,
    "systemd[2001]: org.gnome.Shell@wayland.service: Main process exited, code=exited, status=1/FAILURE",
    "systemd[1]: gdm.service: Failed with result 'exit-code'.",
    "systemd[1]: Starting tails-gdm-failed-to-start.service - Tell the user about a failure of GDM...",
    "tails-gdm-failed-to-start[2260]: Error starting GDM with your graphics card",
  ],

  blackScreen: (random, machine) =>
    machine.pci.includes("[8086:")
      ? [
          "kernel: i915 0000:00:02.0: [drm] *ERROR* CPU pipe A FIFO underrun",
          `kernel: i915 0000:00:02.0: [drm] *ERROR* [CRTC:${80 + random.below(70)}:pipe A] flip_done timed out`,
          "kernel: i915 0000:00:02.0: [drm] GPU HANG: ecode 12:1:85dffffb, in gnome-shell [2411]",
          "gnome-shell[2411]: Page flip discarded: CRTC in failed state",
        ]
      : [
          "kernel: amdgpu 0000:03:00.0: [drm] *ERROR* dc_dmub_srv_log_diagnostic_data: DMCUB error",
          `kernel: amdgpu 0000:03:00.0: amdgpu: ring gfx timeout, signaled seq=${1000 + random.below(90000)}, emitted seq=${91000 + random.below(90)}`,
          "kernel: amdgpu 0000:03:00.0: amdgpu: GPU reset begin!",
          "gnome-shell[2411]: Failed to post KMS update: drmModeAtomicCommit: Invalid argument",
        ],

  persistenceLocked: (random) => [
    "tpsd[1730]: INFO: Unlocking Persistent Storage",
    `kernel: EXT4-fs error (device dm-0): ext4_lookup:1855: inode #${131000 + random.below(900)}: comm tpsd: iget: checksum invalid`,
    "kernel: EXT4-fs (dm-0): error loading journal",
    "tpsd[1730]: ERROR: mount: /live/persistence/TailsData_unlocked: can't read superblock on /dev/mapper/TailsData_unlocked.",
    "tpsd[1730]: ERROR: subprocess.CalledProcessError: Command '['/sbin/e2fsck', '-f', '-p', '/dev/mapper/TailsData_unlocked']' returned non-zero exit status 4.",
    "tailsgreeter[2301]: ERROR: Failed to unlock the Persistent Storage",
    "systemd[1]: run-user-1000-TailsData.mount: Failed with result 'exit-code'.",
  ],

  upgradeFails: (random) => [
    "tails-upgrade-frontend-wrapper[4822]: Checking for upgrades",
    "tails-iuk-get-target-file[4901]: Downloading the upgrade to the next version",
    `tails-iuk-get-target-file[4901]: Could not download 'https://[URL REMOVED] received ${100 + random.below(380)} of 612 MiB: Can't connect (Connection timed out)`,
    "tails-install-iuk[5120]: cp: error writing '/lib/live/mount/medium/live/upgrade.squashfs': No space left on device",
    "tails-upgrade-frontend[4822]: Tails[IPV6 REMOVED]IUK[IPV6 REMOVED]Frontend[IPV6 REMOVED]fatal: Error while installing the upgrade",
    "tails-upgrade-frontend[4822]: Your Tails device needs to be repaired and might be unable to restart.",
  ],

  clockWrong: (random) => [
    "htpdate[3410]: Tor is not ready yet, the clock was not set",
    `Tor[3302]: Received NETINFO cell with skewed time (OR:[IPV4 REMOVED]:443): It seems that our clock is behind by ${2 + random.below(9)} hours, ${random.below(59)} minutes, or that theirs is ahead.`,
    "Tor[3302]: Problem bootstrapping. Stuck at 14% (handshake): Handshaking with a relay. (Clock skew 25920 in microdesc flavor consensus; CLOCK_SKEW; count 1; recommendation warn)",
    "tor-connection-assistant[3500]: WARNING: bootstrap error: clock_skew, hide mode, no HTTP time request allowed",
    "Tor[3302]: Proxy Client: unable to connect OR connection (handshaking (proxy)) with [IPV4 REMOVED]:9001",
  ],

  bridgesFail: (random) => [
    'Tor[3302]: Managed proxy "/usr/bin/obfs4proxy": general SOCKS server failure',
    `Tor[3302]: Problem bootstrapping. Stuck at ${random.pick([1, 2, 10])}% (conn_pt): Connecting to pluggable transport. (Connection refused; CONNECTREFUSED; count ${1 + random.below(9)}; recommendation warn)`,
    "Tor[3302]: Unable to find IPs for bridge line. Skipping.",
    "tor-connection-assistant[3500]: ERROR: Tor failed to connect through the bridges given",
  ],

  touchpad: (random) => [
    "kernel: i2c_designware i2c_designware.1: controller timed out",
    `kernel: i2c_hid_acpi i2c-ELAN0${random.pick(["412", "62B", "718"])}:00: failed to reset device: -61`,
    "kernel: i2c_hid_acpi: probe of i2c-ELAN0412:00 failed with error -61",
    "kernel: psmouse serio1: elantech: synaptics_send_cmd query 0x01 failed.",
    "kernel: psmouse serio1: Failed to enable mouse on isa0060/serio1",
  ],

  printing: (random, machine) => [
    "cupsd[1411]: [Job 1] Started filter /usr/lib/cups/filter/gstoraster",
    `cupsd[1411]: [Job ${1 + random.below(5)}] Stopping job because the filter failed: /usr/lib/cups/filter/${machine.usb.some(([, name]) => name.startsWith("HP")) ? "hpcups" : "epson-escpr"} crashed on signal 11`,
    "kernel: usblp0: nonzero read bulk status received: -71",
    "hp[5210]: io/hpmud/musb.c 427: invalid claim_interface 7/1/2: Device or resource busy",
    "gnome-control-c[5302]: Could not get the list of printers: Unable to locate printer",
  ],

  electrum: (random) => [
    "electrum[6240]: W | network.Network | could not fetch the server list",
    `electrum[6240]: E | i/interface.[electrum.example.org:50002] | taskgroup died: aiorpcx.socks.SOCKSFailure('General SOCKS server failure') after ${5 + random.below(60)} s`,
    "electrum[6240]: E | gui.qt.ElectrumGui | Exception caught: FileNotFoundError: '/home/amnesia/.electrum/wallets/default_wallet'",
    "electrum[6240]: Traceback (most recent call last):",
    'electrum[6240]:   File "/usr/lib/python3/dist-packages/electrum/storage.py", line 92, in __init__',
    "electrum[6240]: electrum.util.WalletFileException: Cannot read wallet file",
  ],

  additionalSoftware: (random) => [
    "systemd[1]: Starting tails-additional-software-install.service - Install additional software packages...",
    `tails-additional-software[3720]: E: Failed to fetch tor+https://[URL REMOVED] 404  Not Found [IP: [IPV4 REMOVED] ${9050 + random.below(3)}]`,
    `tails-additional-software[3720]: E: Unable to locate package ${random.pick(["gimp-plugin-registry", "vlc-plugin-extra", "keepassxc-full", "simplescreenrecorder"])}`,
    "tails-additional-software[3720]: dpkg: error processing archive (--unpack): trying to overwrite shared file",
    "systemd[1]: tails-additional-software-install.service: Main process exited, code=exited, status=1/FAILURE",
    "systemd[1]: tails-additional-software-install.service: Failed with result 'exit-code'.",
  ],

  noSound: (random) => [
    "kernel: sof-audio-pci-intel-tgl 0000:00:1f.3: error: sof firmware file is missing, you might need to",
    `kernel: snd_hda_intel 0000:00:1f.3: CORB reset timeout#${1 + random.below(3)}, CORBRP = 65535`,
    "kernel: snd_hda_intel 0000:00:1f.3: no codecs found!",
    "wireplumber[2302]: s-monitors: no ALSA cards found",
  ],

  stickDying: (random, machine) => [
    `kernel: I/O error, dev ${bootDisk(machine)}, sector ${1000000 + random.below(9000000)} op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2`,
    `kernel: SQUASHFS error: Unable to read data cache entry [${random.hex(8)}]`,
    `kernel: SQUASHFS error: Unable to read page, block ${random.hex(8)}, size ${random.hex(4)}`,
    "kernel: usb 2-1: reset SuperSpeed USB device number 2 using xhci_hcd",
    `kernel: sd 0:0:0:0: [${bootDisk(machine)}] tag#0 FAILED Result: hostbyte=DID_ERROR driverbyte=DRIVER_OK cmd_age=0s`,
  ],

  outOfMemory: (random) => [
    `earlyoom[1290]: mem avail:   ${40 + random.below(50)} of  1968 MiB ( 2.81%), swap free:    0 of    0 MiB ( 0.00%)`,
    `earlyoom[1290]: low memory! at or below SIGTERM limits: mem  4.00%, swap 10.00%`,
    `kernel: Out of memory: Killed process ${7000 + random.below(2000)} (firefox.real) total-vm:11823644kB, anon-rss:734112kB, file-rss:0kB`,
    "gnome-shell[2411]: Connection to the application lost: Broken pipe",
  ],

  thunderbird: (random) => [
    `thunderbird[6811]: [Parent 6811, Main Thread] WARNING: IMAP connection ${random.below(9)} closed by server`,
    "thunderbird[6811]: console.error: enigmail.js: RNP_ERROR_BAD_PASSWORD",
    "thunderbird[6811]: JavaScript error: resource:///modules/MailServices.sys.mjs, line 88: NS_ERROR_UNKNOWN_HOST",
  ],

  onionCircuits: (random) => [
    `Tor[3302]: Tried for 120 seconds to get a connection to [scrubbed]:443. Giving up. (waiting for circuit ${random.below(400)})`,
    "Tor[3302]: Your Guard $" +
      "0000000000000000000000000000000000000000 is failing an extremely large amount of circuits.",
    "Tor[3302]: Hidden service descriptor could not be fetched, retrying.",
  ],
} satisfies Record<string, TroubleLines>;
