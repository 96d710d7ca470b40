/** Runs what belongs to the application; `failed` gets what it throws or rejects with. */
export function safely(run: () => unknown, failed: (cause: unknown) => void): void {
  try {
    const outcome = run();
    if (outcome instanceof Promise) outcome.catch(failed);
  } catch (cause) {
    failed(cause);
  }
}
