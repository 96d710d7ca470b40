/** Below which all files of a run lie, whichever attempt wrote them. */
export function runPrefix(runId: string): string {
  return `reports/${runId}/`;
}

/** Below which one attempt writes: no two processes ever share it. Attempts count from 1. */
export function attemptPrefix(runId: string, attempt: number): string {
  return `${runPrefix(runId)}${attempt}/`;
}

/** The last part of a key: what the file is called for people. */
export function fileNameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
