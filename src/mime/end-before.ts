/** Where what stands above a boundary ends: the line break in front of a boundary belongs to it (RFC 2046 §5.1.1). */
export function endBefore(bytes: Uint8Array, boundaryAt: number): number {
  if (boundaryAt === 0) return 0;
  return bytes[boundaryAt - 2] === 0x0d ? boundaryAt - 2 : boundaryAt - 1;
}
