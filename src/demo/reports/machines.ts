/** A kind of computer, as the debugging information of a report shows it. */
export type Machine = {
  manufacturer: string;
  product: string;
  revision: string;
  pci: string;
  memory: number;
  cpu: {
    vendor: "GenuineIntel" | "AuthenticAMD";
    name: string;
    threads: number;
    family: number;
    model: number;
  };
  /** Lines of lsmod: name, size, used by. */
  modules: string;
  sound: { driver: string; card: string } | null;
  internalDisk: "sda" | "nvme0n1" | null;
  wifi: string | null;
  usb: [id: string, name: string, usbClass: string, driver: string][];
  coreboot?: true;
};

/** Where the stick stands: after the internal disk when that is a SATA one. */
export function bootDisk(machine: Machine): string {
  return machine.internalDisk === "sda" ? "sdb" : "sda";
}

export type MachineName = keyof typeof machines;

const webcam: Machine["usb"][number] = [
  "04f2:b6d9",
  "Chicony Electronics Co., Ltd Integrated Camera",
  "Video",
  "uvcvideo",
];
const mouse: Machine["usb"][number] = [
  "046d:c077",
  "Logitech, Inc. Mouse",
  "Human Interface Device",
  "usbhid",
];
const keyboard: Machine["usb"][number] = [
  "413c:2113",
  "Dell Computer Corp. KB216 Wired Keyboard",
  "Human Interface Device",
  "usbhid",
];
const inkjet: Machine["usb"][number] = ["04b8:1161", "Seiko Epson Corp. ET-2810 Series", "Printer", "usblp"];
const laserjet: Machine["usb"][number] = ["03f0:c511", "HP, Inc LaserJet M110w", "Printer", "usblp"];

export const machines = {
  thinkpadE14: {
    manufacturer: "LENOVO",
    product: "20TA00F7GE",
    revision: "ThinkPad E14 Gen 2",
    memory: 16492,
    cpu: {
      vendor: "GenuineIntel",
      name: "11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz",
      threads: 8,
      family: 6,
      model: 140,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation 11th Gen Core Processor Host Bridge/DRAM Registers [8086:9a14] (rev 01)
00:02.0 VGA compatible controller [0300]: Intel Corporation TigerLake-LP GT2 [Iris Xe Graphics] [8086:9a49] (rev 01)
00:14.0 USB controller [0c03]: Intel Corporation Tiger Lake-LP USB 3.2 Gen 2x1 xHCI Host Controller [8086:a0ed] (rev 20)
00:1f.3 Audio device [0403]: Intel Corporation Tiger Lake-LP Smart Sound Technology Audio Controller [8086:a0c8] (rev 20)
03:00.0 Network controller [0280]: Realtek Semiconductor Co., Ltd. RTL8822CE 802.11ac PCIe Wireless Network Adapter [10ec:c822]
04:00.0 Non-Volatile memory controller [0108]: Samsung Electronics Co Ltd NVMe SSD Controller PM9B1 [144d:a80d]`,
    modules:
      "rtw88_8822ce            12288  0\ni915                 4325376  31\nsnd_sof_pci_intel_tgl    16384  0",
    sound: { driver: "snd_sof_pci_intel_tgl", card: "sofhdadsp" },
    internalDisk: "nvme0n1",
    wifi: "rtw_8822ce 0000:03:00.0",
    usb: [webcam],
  },
  ideapad3: {
    manufacturer: "LENOVO",
    product: "81W1",
    revision: "IdeaPad 3 15ADA05",
    memory: 7321,
    cpu: {
      vendor: "AuthenticAMD",
      name: "AMD Ryzen 5 3500U with Radeon Vega Mobile Gfx",
      threads: 8,
      family: 23,
      model: 24,
    },
    pci: `00:00.0 Host bridge [0600]: Advanced Micro Devices, Inc. [AMD] Raven/Raven2 Root Complex [1022:15d0]
01:00.0 Network controller [0280]: Realtek Semiconductor Co., Ltd. RTL8822CE 802.11ac PCIe Wireless Network Adapter [10ec:c822]
02:00.0 Non-Volatile memory controller [0108]: SK hynix BC511 NVMe SSD [1c5c:1339]
03:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] Picasso/Raven 2 [Radeon Vega Series / Radeon Vega Mobile Series] [1002:15d8] (rev c2)
03:00.3 USB controller [0c03]: Advanced Micro Devices, Inc. [AMD] Raven USB 3.1 [1022:15e0]
03:00.6 Audio device [0403]: Advanced Micro Devices, Inc. [AMD] Family 17h/19h HD Audio Controller [1022:15e3]`,
    modules:
      "rtw88_8822ce            12288  0\namdgpu              13692928  24\nsnd_hda_intel          61440  4",
    sound: { driver: "snd_hda_intel", card: "Generic" },
    internalDisk: "nvme0n1",
    wifi: "rtw_8822ce 0000:01:00.0",
    usb: [webcam],
  },
  hp15s: {
    manufacturer: "HP",
    product: "HP Laptop 15s-eq1xxx",
    revision: "Type1ProductConfigId",
    memory: 7708,
    cpu: {
      vendor: "AuthenticAMD",
      name: "AMD Ryzen 5 4500U with Radeon Graphics",
      threads: 6,
      family: 23,
      model: 96,
    },
    pci: `00:00.0 Host bridge [0600]: Advanced Micro Devices, Inc. [AMD] Renoir/Cezanne Root Complex [1022:1630]
01:00.0 Network controller [0280]: Realtek Semiconductor Co., Ltd. RTL8822CE 802.11ac PCIe Wireless Network Adapter [10ec:c822]
02:00.0 Non-Volatile memory controller [0108]: Kioxia Corporation NVMe SSD Controller BG4 [1e0f:0001]
04:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] Renoir [Radeon Vega Series / Radeon Vega Mobile Series] [1002:1636] (rev c3)
04:00.3 USB controller [0c03]: Advanced Micro Devices, Inc. [AMD] Renoir/Cezanne USB 3.1 [1022:1639]
04:00.6 Audio device [0403]: Advanced Micro Devices, Inc. [AMD] Family 17h/19h HD Audio Controller [1022:15e3]`,
    modules:
      "rtw88_8822ce            12288  0\namdgpu              13692928  19\nsnd_hda_intel          61440  3",
    sound: { driver: "snd_hda_intel", card: "Generic_1" },
    internalDisk: "nvme0n1",
    wifi: "rtw_8822ce 0000:01:00.0",
    usb: [webcam],
  },
  latitude5490: {
    manufacturer: "Dell Inc.",
    product: "Latitude 5490",
    revision: "Not Specified",
    memory: 8164,
    cpu: {
      vendor: "GenuineIntel",
      name: "Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz",
      threads: 8,
      family: 6,
      model: 142,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation Xeon E3-1200 v6/7th Gen Core Processor Host Bridge/DRAM Registers [8086:5914] (rev 08)
00:02.0 VGA compatible controller [0300]: Intel Corporation UHD Graphics 620 [8086:5917] (rev 07)
00:14.0 USB controller [0c03]: Intel Corporation Sunrise Point-LP USB 3.0 xHCI Controller [8086:9d2f] (rev 21)
00:17.0 SATA controller [0106]: Intel Corporation Sunrise Point-LP SATA Controller [AHCI mode] [8086:9d03] (rev 21)
00:1f.3 Audio device [0403]: Intel Corporation Sunrise Point-LP HD Audio [8086:9d71] (rev 21)
00:1f.6 Ethernet controller [0200]: Intel Corporation Ethernet Connection (4) I219-LM [8086:15d7] (rev 21)
02:00.0 Network controller [0280]: Intel Corporation Wireless 8265 / 8275 [8086:24fd] (rev 78)`,
    modules:
      "iwlwifi               598016  1 iwlmvm\ni915                 4325376  27\nsnd_hda_intel          61440  3",
    sound: { driver: "snd_hda_intel", card: "PCH" },
    internalDisk: "sda",
    wifi: "iwlwifi 0000:02:00.0",
    usb: [webcam, mouse],
  },
  thinkpadX230: {
    manufacturer: "LENOVO",
    product: "2325AR6",
    revision: "ThinkPad X230",
    memory: 8031,
    cpu: {
      vendor: "GenuineIntel",
      name: "Intel(R) Core(TM) i5-3320M CPU @ 2.60GHz",
      threads: 4,
      family: 6,
      model: 58,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation 3rd Gen Core processor DRAM Controller [8086:0154] (rev 09)
00:02.0 VGA compatible controller [0300]: Intel Corporation 3rd Gen Core processor Graphics Controller [8086:0166] (rev 09)
00:14.0 USB controller [0c03]: Intel Corporation 7 Series/C210 Series Chipset Family USB xHCI Host Controller [8086:1e31] (rev 04)
00:19.0 Ethernet controller [0200]: Intel Corporation 82579LM Gigabit Network Connection (Lewisville) [8086:1502] (rev 04)
00:1b.0 Audio device [0403]: Intel Corporation 7 Series/C216 Chipset Family High Definition Audio Controller [8086:1e20] (rev 04)
03:00.0 Network controller [0280]: Intel Corporation Centrino Advanced-N 6205 [Taylor Peak] [8086:0085] (rev 34)`,
    modules:
      "iwldvm                389120  0\ni915                 4325376  18\nthinkpad_acpi         180224  0",
    sound: { driver: "snd_hda_intel", card: "PCH" },
    internalDisk: "sda",
    wifi: "iwlwifi 0000:03:00.0",
    usb: [],
    coreboot: true,
  },
  macbookPro2015: {
    manufacturer: "Apple Inc.",
    product: "MacBookPro12,1",
    revision: "1.0",
    memory: 8229,
    cpu: {
      vendor: "GenuineIntel",
      name: "Intel(R) Core(TM) i5-5257U CPU @ 2.70GHz",
      threads: 4,
      family: 6,
      model: 61,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation Broadwell-U Host Bridge -OPI [8086:1604] (rev 09)
00:02.0 VGA compatible controller [0300]: Intel Corporation Iris Graphics 6100 [8086:162b] (rev 09)
00:03.0 Audio device [0403]: Intel Corporation Broadwell-U Audio Controller [8086:160c] (rev 09)
00:14.0 USB controller [0c03]: Intel Corporation Wildcat Point-LP USB xHCI Controller [8086:9cb1] (rev 03)
03:00.0 Network controller [0280]: Broadcom Inc. and subsidiaries BCM43602 802.11ac Wireless LAN SoC [14e4:43ba] (rev 01)
04:00.0 SATA controller [0106]: Samsung Electronics Co Ltd Apple PCIe SSD [144d:a801] (rev 01)`,
    modules:
      "brcmfmac              479232  0\ni915                 4325376  21\napplesmc               28672  0",
    sound: { driver: "snd_hda_intel", card: "PCH" },
    internalDisk: "sda",
    wifi: "brcmfmac 0000:03:00.0",
    usb: [],
  },
  macbookAir2013: {
    manufacturer: "Apple Inc.",
    product: "MacBookAir6,2",
    revision: "1.0",
    memory: 3929,
    cpu: {
      vendor: "GenuineIntel",
      name: "Intel(R) Core(TM) i5-4250U CPU @ 1.30GHz",
      threads: 4,
      family: 6,
      model: 69,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation Haswell-ULT DRAM Controller [8086:0a04] (rev 09)
00:02.0 VGA compatible controller [0300]: Intel Corporation Haswell-ULT Integrated Graphics Controller [8086:0a26] (rev 09)
00:14.0 USB controller [0c03]: Intel Corporation 8 Series USB xHCI HC [8086:9c31] (rev 04)
00:1b.0 Audio device [0403]: Intel Corporation 8 Series HD Audio Controller [8086:9c20] (rev 04)
03:00.0 Network controller [0280]: Broadcom Inc. and subsidiaries BCM4360 802.11ac Dual Band Wireless Network Adapter [14e4:43a0] (rev 03)
04:00.0 SATA controller [0106]: Samsung Electronics Co Ltd Apple PCIe SSD [144d:1600] (rev 01)`,
    modules:
      "wl                   6463488  0\ni915                 4325376  14\napplesmc               28672  0",
    sound: { driver: "snd_hda_intel", card: "PCH" },
    internalDisk: "sda",
    wifi: "wl 0000:03:00.0",
    usb: [],
  },
  rogStrix: {
    manufacturer: "ASUSTeK COMPUTER INC.",
    product: "ROG Strix G513IH_G513IH",
    revision: "1.0",
    memory: 15943,
    cpu: {
      vendor: "AuthenticAMD",
      name: "AMD Ryzen 7 4800H with Radeon Graphics",
      threads: 16,
      family: 23,
      model: 96,
    },
    pci: `00:00.0 Host bridge [0600]: Advanced Micro Devices, Inc. [AMD] Renoir/Cezanne Root Complex [1022:1630]
01:00.0 VGA compatible controller [0300]: NVIDIA Corporation TU117M [GeForce GTX 1650 Mobile / Max-Q] [10de:1f9d] (rev a1)
02:00.0 Ethernet controller [0200]: Realtek Semiconductor Co., Ltd. RTL8111/8168/8211/8411 PCI Express Gigabit Ethernet Controller [10ec:8168] (rev 15)
03:00.0 Network controller [0280]: MEDIATEK Corp. MT7921 802.11ax PCI Express Wireless Network Adapter [14c3:7961]
05:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] Renoir [Radeon Vega Series / Radeon Vega Mobile Series] [1002:1636] (rev c6)
05:00.3 USB controller [0c03]: Advanced Micro Devices, Inc. [AMD] Renoir/Cezanne USB 3.1 [1022:1639]`,
    modules:
      "mt7921e                28672  0\nnouveau              3096576  2\namdgpu              13692928  11",
    sound: { driver: "snd_hda_intel", card: "Generic_1" },
    internalDisk: "nvme0n1",
    wifi: "mt7921e 0000:03:00.0",
    usb: [mouse],
  },
  gamingTower: {
    manufacturer: "Gigabyte Technology Co., Ltd.",
    product: "B550 AORUS ELITE V2",
    revision: "-CF",
    memory: 33567,
    cpu: {
      vendor: "AuthenticAMD",
      name: "AMD Ryzen 5 5600X 6-Core Processor",
      threads: 12,
      family: 25,
      model: 33,
    },
    pci: `00:00.0 Host bridge [0600]: Advanced Micro Devices, Inc. [AMD] Starship/Matisse Root Complex [1022:1480]
02:00.0 USB controller [0c03]: Advanced Micro Devices, Inc. [AMD] 500 Series Chipset USB 3.1 XHCI Controller [1022:43ee]
06:00.0 Ethernet controller [0200]: Realtek Semiconductor Co., Ltd. RTL8125 2.5GbE Controller [10ec:8125] (rev 05)
07:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA106 [GeForce RTX 3060 Lite Hash Rate] [10de:2504] (rev a1)
07:00.1 Audio device [0403]: NVIDIA Corporation GA106 High Definition Audio Controller [10de:228e] (rev a1)
09:00.4 Audio device [0403]: Advanced Micro Devices, Inc. [AMD] Starship/Matisse HD Audio Controller [1022:1487]`,
    modules:
      "r8169                 118784  0\nnouveau              3096576  9\nsnd_hda_intel          61440  5",
    sound: { driver: "snd_hda_intel", card: "Generic" },
    internalDisk: "nvme0n1",
    wifi: null,
    usb: [mouse, keyboard],
  },
  msiKatana: {
    manufacturer: "Micro-Star International Co., Ltd.",
    product: "Katana 15 B13VFK",
    revision: "REV:1.0",
    memory: 16435,
    cpu: {
      vendor: "GenuineIntel",
      name: "13th Gen Intel(R) Core(TM) i7-13620H",
      threads: 16,
      family: 6,
      model: 186,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation Raptor Lake-P/U 4p+4e cores Host Bridge/DRAM Controller [8086:a715]
00:02.0 VGA compatible controller [0300]: Intel Corporation Raptor Lake-P [UHD Graphics] [8086:a7a8] (rev 04)
00:14.0 USB controller [0c03]: Intel Corporation Alder Lake PCH USB 3.2 xHCI Host Controller [8086:51ed] (rev 01)
00:14.3 Network controller [0280]: Intel Corporation Raptor Lake PCH CNVi WiFi [8086:51f1] (rev 01)
00:1f.3 Multimedia audio controller [0401]: Intel Corporation Raptor Lake-P/U/H cAVS [8086:51ca] (rev 01)
01:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD107M [GeForce RTX 4060 Max-Q / Mobile] [10de:28e0] (rev a1)
02:00.0 Non-Volatile memory controller [0108]: Micron Technology Inc 2450 NVMe SSD [c0a9:560a] (rev 01)`,
    modules:
      "iwlwifi               598016  1 iwlmvm\nnouveau              3096576  3\ni915                 4325376  16",
    sound: { driver: "snd_sof_pci_intel_tgl", card: "sofhdadsp" },
    internalDisk: "nvme0n1",
    wifi: "iwlwifi 0000:00:14.3",
    usb: [webcam],
  },
  aspire3: {
    manufacturer: "Acer",
    product: "Aspire A315-23",
    revision: "V1.14",
    memory: 3518,
    cpu: {
      vendor: "AuthenticAMD",
      name: "AMD Athlon Silver 3050U with Radeon Graphics",
      threads: 2,
      family: 23,
      model: 32,
    },
    pci: `00:00.0 Host bridge [0600]: Advanced Micro Devices, Inc. [AMD] Raven/Raven2 Root Complex [1022:15d0]
01:00.0 Ethernet controller [0200]: Realtek Semiconductor Co., Ltd. RTL8111/8168/8211/8411 PCI Express Gigabit Ethernet Controller [10ec:8168] (rev 15)
02:00.0 Network controller [0280]: Qualcomm Atheros QCA9377 802.11ac Wireless Network Adapter [168c:0042] (rev 31)
03:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] Picasso/Raven 2 [Radeon Vega Series / Radeon Vega Mobile Series] [1002:15d8] (rev cf)
03:00.3 USB controller [0c03]: Advanced Micro Devices, Inc. [AMD] Raven2 USB 3.1 [1022:15e5]
04:00.0 SATA controller [0106]: Advanced Micro Devices, Inc. [AMD] FCH SATA Controller [AHCI mode] [1022:7901] (rev 61)`,
    modules:
      "ath10k_pci             57344  0\namdgpu              13692928  12\ni2c_hid_acpi           12288  0",
    sound: { driver: "snd_hda_intel", card: "Generic" },
    internalDisk: "sda",
    wifi: "ath10k_pci 0000:02:00.0",
    usb: [webcam],
  },
  oldTower: {
    manufacturer: "To Be Filled By O.E.M.",
    product: "To Be Filled By O.E.M.",
    revision: "To Be Filled By O.E.M.",
    memory: 2046,
    cpu: {
      vendor: "GenuineIntel",
      name: "Pentium(R) Dual-Core  CPU      E5400  @ 2.70GHz",
      threads: 2,
      family: 6,
      model: 23,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation 4 Series Chipset DRAM Controller [8086:2e30] (rev 03)
00:02.0 VGA compatible controller [0300]: Intel Corporation 4 Series Chipset Integrated Graphics Controller [8086:2e32] (rev 03)
00:1b.0 Audio device [0403]: Intel Corporation NM10/ICH7 Family High Definition Audio Controller [8086:27d8] (rev 01)
00:1d.7 USB controller [0c03]: Intel Corporation NM10/ICH7 Family USB2 EHCI Controller [8086:27cc] (rev 01)
00:1f.2 IDE interface [0101]: Intel Corporation NM10/ICH7 Family SATA Controller [IDE mode] [8086:27c0] (rev 01)
01:00.0 Ethernet controller [0200]: Realtek Semiconductor Co., Ltd. RTL810xE PCI Express Fast Ethernet controller [10ec:8136] (rev 02)`,
    modules:
      "r8169                 118784  0\ni915                 4325376  9\nata_piix               36864  1",
    sound: { driver: "snd_hda_intel", card: "Intel" },
    internalDisk: "sda",
    wifi: null,
    usb: [mouse],
  },
  elite8300: {
    manufacturer: "Hewlett-Packard",
    product: "HP Compaq Elite 8300 SFF",
    revision: "Not Specified",
    memory: 4018,
    cpu: {
      vendor: "GenuineIntel",
      name: "Intel(R) Core(TM) i3-3220 CPU @ 3.30GHz",
      threads: 4,
      family: 6,
      model: 58,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation Xeon E3-1200 v2/3rd Gen Core processor DRAM Controller [8086:0150] (rev 09)
00:02.0 VGA compatible controller [0300]: Intel Corporation Xeon E3-1200 v2/3rd Gen Core processor Graphics Controller [8086:0152] (rev 09)
00:14.0 USB controller [0c03]: Intel Corporation 7 Series/C210 Series Chipset Family USB xHCI Host Controller [8086:1e31] (rev 04)
00:19.0 Ethernet controller [0200]: Intel Corporation 82579LM Gigabit Network Connection (Lewisville) [8086:1502] (rev 04)
00:1b.0 Audio device [0403]: Intel Corporation 7 Series/C216 Chipset Family High Definition Audio Controller [8086:1e20] (rev 04)`,
    modules:
      "e1000e                356352  0\ni915                 4325376  11\nsnd_hda_intel          61440  3",
    sound: { driver: "snd_hda_intel", card: "PCH" },
    internalDisk: "sda",
    wifi: null,
    usb: [mouse, keyboard, laserjet],
  },
  surfacePro7: {
    manufacturer: "Microsoft Corporation",
    product: "Surface Pro 7",
    revision: "124I:00082T:000M:0300000D:0B:07F:5C:04P:38S:01E",
    memory: 8009,
    cpu: {
      vendor: "GenuineIntel",
      name: "Intel(R) Core(TM) i5-1035G4 CPU @ 1.10GHz",
      threads: 8,
      family: 6,
      model: 126,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation Ice Lake-LP Processor Host Bridge/DRAM Registers [8086:8a12] (rev 03)
00:02.0 VGA compatible controller [0300]: Intel Corporation Iris Plus Graphics G4 (Ice Lake) [8086:8a5a] (rev 07)
00:14.0 USB controller [0c03]: Intel Corporation Ice Lake-LP USB 3.1 xHCI Host Controller [8086:34ed] (rev 30)
00:14.3 Network controller [0280]: Intel Corporation Ice Lake-LP PCH CNVi WiFi [8086:34f0] (rev 30)
00:1f.3 Multimedia audio controller [0401]: Intel Corporation Ice Lake-LP Smart Sound Technology Audio Controller [8086:34c8] (rev 30)`,
    modules:
      "iwlwifi               598016  1 iwlmvm\ni915                 4325376  23\nsurface_aggregator     118784  4",
    sound: null,
    internalDisk: "nvme0n1",
    wifi: "iwlwifi 0000:00:14.3",
    usb: [],
  },
  framework13: {
    manufacturer: "Framework",
    product: "Laptop 13 (AMD Ryzen 7040Series)",
    revision: "A7",
    memory: 31442,
    cpu: {
      vendor: "AuthenticAMD",
      name: "AMD Ryzen 5 7640U w/ Radeon 760M Graphics",
      threads: 12,
      family: 25,
      model: 116,
    },
    pci: `00:00.0 Host bridge [0600]: Advanced Micro Devices, Inc. [AMD] Phoenix Root Complex [1022:14e8]
01:00.0 Network controller [0280]: MEDIATEK Corp. MT7922 802.11ax PCI Express Wireless Network Adapter [14c3:0616]
02:00.0 Non-Volatile memory controller [0108]: Sandisk Corp WD Black SN770 NVMe SSD [15b7:5017] (rev 01)
c1:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] Phoenix1 [1002:15bf] (rev c2)
c1:00.3 USB controller [0c03]: Advanced Micro Devices, Inc. [AMD] Device [1022:15b9]
c1:00.6 Audio device [0403]: Advanced Micro Devices, Inc. [AMD] Family 17h/19h HD Audio Controller [1022:15e3]`,
    modules:
      "mt7921e                28672  0\namdgpu              13692928  33\nsnd_hda_intel          61440  4",
    sound: { driver: "snd_hda_intel", card: "Generic_1" },
    internalDisk: "nvme0n1",
    wifi: "mt7921e 0000:01:00.0",
    usb: [inkjet],
  },
  yoga7: {
    manufacturer: "LENOVO",
    product: "83DJ",
    revision: "Yoga 7 14IML9",
    memory: 16261,
    cpu: {
      vendor: "GenuineIntel",
      name: "Intel(R) Core(TM) Ultra 5 125U",
      threads: 14,
      family: 6,
      model: 170,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation Device [8086:7d02] (rev 04)
00:02.0 VGA compatible controller [0300]: Intel Corporation Meteor Lake-P [Intel Graphics] [8086:7d45] (rev 08)
00:14.0 USB controller [0c03]: Intel Corporation Meteor Lake-P USB 3.2 Gen 2x1 xHCI Host Controller [8086:7e7d] (rev 20)
00:14.3 Network controller [0280]: Intel Corporation Meteor Lake PCH CNVi WiFi [8086:7e40] (rev 20)
00:1f.3 Multimedia audio controller [0401]: Intel Corporation Meteor Lake-P HD Audio Controller [8086:7e28] (rev 20)
02:00.0 Non-Volatile memory controller [0108]: Samsung Electronics Co Ltd NVMe SSD Controller PM9C1a [144d:a80d]`,
    modules:
      "iwlwifi               598016  1 iwlmvm\nxe                   2703360  8\ni2c_hid_acpi           12288  0",
    sound: { driver: "snd_sof_pci_intel_mtl", card: "sofhdadsp" },
    internalDisk: "nvme0n1",
    wifi: "iwlwifi 0000:00:14.3",
    usb: [webcam],
  },
  virtualMachine: {
    manufacturer: "QEMU",
    product: "Standard PC (Q35 + ICH9, 2009)",
    revision: "pc-q35-7.2",
    memory: 4096,
    cpu: {
      vendor: "GenuineIntel",
      name: "Intel(R) Core(TM) i7-9700 CPU @ 3.00GHz",
      threads: 2,
      family: 6,
      model: 158,
    },
    pci: `00:00.0 Host bridge [0600]: Intel Corporation 82G33/G31/P35/P31 Express DRAM Controller [8086:29c0]
00:01.0 VGA compatible controller [0300]: Red Hat, Inc. Virtio 1.0 GPU [1af4:1050] (rev 01)
00:1b.0 Audio device [0403]: Intel Corporation 82801I (ICH9 Family) HD Audio Controller [8086:293e] (rev 03)
01:00.0 Ethernet controller [0200]: Red Hat, Inc. Virtio 1.0 network device [1af4:1041] (rev 01)
02:00.0 USB controller [0c03]: Red Hat, Inc. QEMU XHCI Host Controller [1b36:000d] (rev 01)`,
    modules:
      "virtio_net             86016  0\nvirtio_gpu             94208  4\nsnd_hda_intel          61440  2",
    sound: { driver: "snd_hda_intel", card: "Intel" },
    internalDisk: null,
    wifi: null,
    usb: [],
  },
} as const satisfies Record<string, Machine>;
