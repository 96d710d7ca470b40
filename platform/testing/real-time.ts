/**
 * The machine's time, epoch ms: for what a library checks by the machine's own clock, such as when a token
 * expires. A test's own times come from a clock that only the test moves.
 */
export function realTimeMs(): number {
  return Date.now();
}
