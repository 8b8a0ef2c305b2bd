import type { AnyKeyPacket, PartialConfig, SignaturePacket } from "openpgp";
import { config, type enums } from "openpgp";

/**
 * Whether a signature that a key made on itself or on a part of it fits. At `date`; null: whenever it was made, which
 * OpenPGP.js takes and its types do not tell.
 */
export async function signatureHolds(
  signature: SignaturePacket,
  by: AnyKeyPacket,
  type: enums.signature,
  data: object,
  { date, settings = {} }: { date: Date | null; settings?: PartialConfig },
): Promise<boolean> {
  try {
    const verify: unknown = Reflect.get(signature, "verify");
    if (typeof verify !== "function") return false;
    await Reflect.apply(verify, signature, [by, type, data, date, false, { ...config, ...settings }]);
    return true;
  } catch {
    return false;
  }
}
