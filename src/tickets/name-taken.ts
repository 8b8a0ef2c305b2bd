/** Runs a change that may break one unique index; null: it would have. Not inside a transaction that goes on. */
export async function unlessTaken<Result>(
  index: string,
  work: () => Promise<Result>,
): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && "constraint" in error && error.constraint === index) return null;
    throw error;
  }
}
