/** Composes at the first call, which others wait for, and keeps what came of it; where it failed, the next call tries again. */
export function composedOnce<Parts>(compose: () => Promise<Parts>): () => Promise<Parts> {
  let composing: Promise<Parts> | undefined;
  return () => {
    composing ??= compose().catch((error: unknown) => {
      composing = undefined;
      throw error;
    });
    return composing;
  };
}
