/** What `parseArgs` of node:util has against a command line: its first sentence, without the full stop. */
export function argumentFault(error: unknown): string {
  return error instanceof Error ? (error.message.split(/\.(?:\s|$)/)[0] ?? '') : '';
}
