import type { Machine } from "./machines.ts";
import type { Stick } from "./sticks.ts";

/** `lsusb --verbose --tree`: the stick and what else is plugged in. */
export function lsusbTree(machine: Machine, stick: Stick): string {
  const devices = machine.usb.map(
    (
      [id, name, usbClass, driver],
      index,
    ) => `    |__ Port ${index + 3}: Dev ${index + 3}, If 0, Class=${usbClass}, Driver=${driver}, 480M
        ID ${id} ${name}
        /sys/bus/usb/devices/1-${index + 3}  /dev/bus/usb/001/00${index + 3}`,
  );
  return `/:  Bus 02.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/4p, 10000M
    ID 1d6b:0003 Linux Foundation 3.0 root hub
    /sys/bus/usb/devices/usb2  /dev/bus/usb/002/001
    |__ Port 1: Dev 2, If 0, Class=Mass Storage, Driver=usb-storage, 5000M
        ID ${stick.usbId} ${stick.product}
        /sys/bus/usb/devices/2-1  /dev/bus/usb/002/002
${["/:  Bus 01.Port 1: Dev 1, Class=root_hub, Driver=xhci_hcd/12p, 480M", ...devices].join("\n")}`;
}

/** `lsusb --verbose`, serial numbers removed. */
export function lsusbVerbose(machine: Machine, stick: Stick): string {
  const described = machine.usb.map(([id, name], index) => deviceText("001", index + 3, id, name, "2.00"));
  return [deviceText("002", 2, stick.usbId, stick.product, "3.10"), ...described].join("\n");
}

function deviceText(bus: string, device: number, id: string, name: string, usb: string): string {
  const [vendor, product] = id.split(":");
  return `
Bus ${bus} Device 00${device}: ID ${id} ${name}
Device Descriptor:
  bLength                18
  bDescriptorType         1
  bcdUSB               ${usb}
  idVendor           0x${vendor}
  idProduct          0x${product} ${name}
  bcdDevice            1.00
  iSerial                 3 [SN REMOVED]
  bNumConfigurations      1`;
}
