import dgram from "node:dgram";
import dns from "node:dns";
import net from "node:net";

/**
 * Closes the network to this process for good: what reads hostile mail has nobody to talk to. The channel to its parent is
 * a pipe that was open before.
 */
export function closeNetwork(): void {
  const refuse = () => {
    throw new Error("This process has no network");
  };
  const everything = [net.Socket.prototype, net.Server.prototype, dgram.Socket.prototype];
  for (const prototype of everything) {
    for (const name of ["connect", "listen", "bind", "send"]) {
      if (name in prototype)
        Object.defineProperty(prototype, name, { value: refuse, writable: false, configurable: false });
    }
  }
  for (const lookUp of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
    for (const name of Object.getOwnPropertyNames(lookUp)) {
      if (/^(lookup|resolve|reverse)/.test(name))
        Object.defineProperty(lookUp, name, { value: refuse, writable: false, configurable: false });
    }
  }
}
