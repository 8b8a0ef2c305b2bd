const smallestClass = 4096;

/**
 * Fills a multipart entity up to its size class, so that the ciphertext tells little of the length of an answer. The
 * filling stands after the closing boundary, where every reader ignores it (RFC 2046 §5.1.1).
 */
export function padPayload(entity: Uint8Array): Uint8Array {
  const missing = sizeClass(entity.length) - entity.length;
  const line = `${" ".repeat(74)}\r\n`;
  const filling = line
    .repeat(Math.ceil(missing / line.length))
    .slice(line.length * Math.ceil(missing / line.length) - missing);
  return Buffer.concat([entity, Buffer.from(filling)]);
}

/** Doubling from 4 kB to 64 kB, above that steps of an eighth, so that large mails do not grow by half. */
export function sizeClass(size: number): number {
  let power = smallestClass;
  while (power < size) power *= 2;
  if (power <= 16 * smallestClass) return power;
  const step = power / 16;
  return Math.ceil(size / step) * step;
}
