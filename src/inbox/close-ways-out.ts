import dgram from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import os from "node:os";

/**
 * Closes the network and all other processes to this one for good: what reads hostile mail has nobody to talk to and nobody
 * to stop. The channel to its parent is a pipe that was open before.
 */
export function closeWaysOut(): void {
  for (const prototype of [net.Socket.prototype, net.Server.prototype, dgram.Socket.prototype])
    close(prototype, /^(connect|listen|bind|send)$/, "This process has no network");
  for (const lookUp of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype])
    close(lookUp, /^(lookup|resolve|reverse|setServers)/, "This process has no network");
  close(process, /^(kill|_kill|_debugProcess)$/, "This process signals nobody");
  close(os, /^setPriority$/, "This process signals nobody");
  // Else whoever imports a function by its name gets what was there before.
  syncBuiltinESMExports();
}

function close(holder: object, names: RegExp, complaint: string): void {
  const value = () => {
    throw new Error(complaint);
  };
  for (const name of Object.getOwnPropertyNames(holder))
    if (names.test(name))
      Object.defineProperty(holder, name, { value, writable: false, configurable: false });
}
