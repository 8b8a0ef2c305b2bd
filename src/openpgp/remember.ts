/**
 * Remembers what was made of the last texts, for a process that is asked for the same ones again and again. The oldest is
 * forgotten first; what failed is not remembered.
 */
export function remember<Value>(
  most: number,
  make: (text: string) => Promise<Value>,
): (text: string) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return async (text) => {
    const found = known.get(text);
    known.delete(text);
    const value = found ?? make(text);
    known.set(text, value);
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
    try {
      return await value;
    } catch (error) {
      known.delete(text);
      throw error;
    }
  };
}
