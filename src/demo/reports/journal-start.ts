import { bootDisk, type Machine } from "./machines.ts";
import type { Release } from "./releases.ts";

/** The lines that every session begins with, from the kernel to the bootstrapped Tor. */
export function startOfSession(machine: Machine, release: Release, commandLine: string): string[] {
  return [
    `kernel: Linux version ${release.kernel} (gcc-${release.kernel.includes("deb13") ? "14 (Debian 14.2.0-19) 14.2.0" : "12 (Debian 12.2.0-14) 12.2.0"}) #1 SMP PREEMPT_DYNAMIC Debian`,
    `kernel: Command line: ${commandLine}`,
    "kernel: BIOS-provided physical RAM map:",
    "kernel: BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable",
    "kernel: NX (Execute Disable) protection: active",
    "kernel: efi: EFI v2.7 by American Megatrends",
    "kernel: DMI:[DMI REMOVED]",
    machine.coreboot
      ? "kernel: ACPI: RSDP 0x00000000000F6070 000024 (v02 COREv4 COREBOOT 00000000 CORE 20230628)"
      : "kernel: ACPI: RSDP 0x0000000078FFE014 000024 (v02 ALASKA)",
    `kernel: smpboot: CPU0: ${machine.cpu.name} (family: 0x${machine.cpu.family.toString(16)}, model: 0x${machine.cpu.model.toString(16)}, stepping: 0x1)`,
    `kernel: Memory: ${machine.memory * 976}K/${machine.memory * 1010}K available (16384K kernel code, 2462K rwdata, 11868K rodata)`,
    "kernel: ACPI BIOS Error (bug): Could not resolve symbol [\\_SB.PCI0.LPCB.EC0.XB01], AE_NOT_FOUND (20240827/psargs-330)",
    "kernel: usb 2-1: new SuperSpeed USB device number 2 using xhci_hcd",
    "kernel: usb 2-1: New USB device found, idVendor=0781, idProduct=5591, bcdDevice= 1.00",
    "kernel: usb 2-1: SerialNumber: [SN REMOVED]",
    "kernel: usb-storage 2-1:1.0: USB Mass Storage device detected",
    `kernel: sd 0:0:0:0: [${bootDisk(machine)}] Attached SCSI removable disk`,
    "kernel: squashfs: version 4.0 (2009/01/31) Phillip Lougher",
    'kernel: overlayfs: "xino" feature enabled using 32 upper inode bits.',
    "systemd[1]: systemd running in system mode (+PAM +AUDIT +SELINUX +APPARMOR +IMA +SMACK +SECCOMP +GCRYPT)",
    "systemd[1]: Detected architecture x86-64.",
    "systemd[1]: Hostname set to <amnesia>.",
    started("systemd-journald.service", "Journal Service", 12),
    "systemd-modules-load[612]: Failed to find module 'lp'",
    ...(machine.wifi
      ? [
          `kernel: ${machine.wifi}: enabling device (0000 -> 0003)`,
          `kernel: ${machine.wifi} wlan0: renamed from eth0`,
        ]
      : []),
    started("tails-autotest-broken-gnome.service", "Tails automated tests helper", 131),
    "live-config[840]: live-config: hostname user-setup sudo locales keyboard-configuration",
    started("gdm.service", "GNOME Display Manager", 211),
    "gdm-launch-environment][1980]: pam_unix(gdm-launch-environment:session): session opened for user Debian-gdm(uid=114) by (uid=0)",
    "tailsgreeter[2050]: Starting the Welcome Screen",
    "tailsgreeter[2050]: Applying the settings of the Welcome Screen",
    "spoof-mac[1320]: Trying to spoof MAC address of NIC wlan0",
    "NetworkManager[1502]: <info>  [EPOCH.1201] device (wlan0): Activation: starting connection '[ESSID REMOVED]' (7a1f0f1e-aaaa-4bbb-8ccc-1234567890ab)",
    "wpa_supplicant[1588]: wlan0: Trying to associate with [MAC REMOVED] (SSID='[ESSID REMOVED]' freq=5180 MHz)",
    "NetworkManager[1502]: <info>  [EPOCH.4410] dhcp4 (wlan0): state changed new lease, address=[IPV4 REMOVED]",
    started("tor@default.service", "Anonymizing overlay network for TCP", 640),
    "Tor[3302]: Tor 0.4.8.14 running on Linux with Libevent 2.1.12-stable, OpenSSL 3.0.15, Zlib 1.2.13, Liblzma 5.4.1, Libzstd N/A and Glibc 2.36 as libc.",
    "Tor[3302]: Bootstrapped 0% (starting): Starting",
    "Tor[3302]: Bootstrapped 10% (conn_done): Connected to a relay",
    "Tor[3302]: Bootstrapped 75% (enough_dirinfo): Loaded enough directory info to build circuits",
    "Tor[3302]: Bootstrapped 100% (done): Done",
  ];
}

function started(unit: string, what: string, job: number): string {
  return `systemd[1]: Started ${unit} - ${what}.\nSubject: A start job for unit ${unit} has finished successfully\nDefined-By: systemd\nSupport: https://[URL REMOVED]\n\nA start job for unit ${unit} has finished successfully.\n\nThe job identifier is ${job}.`;
}
