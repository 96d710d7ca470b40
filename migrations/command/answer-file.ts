import { COMMANDS } from './commands.ts';

const NAMES = [...Object.keys(COMMANDS), 'help'].join('|');

/** By what the first lines of a file tell that a command here has written it. */
const HEADS: readonly RegExp[] = [
  // A script, or a text with the line that `asAnswer` puts before it.
  new RegExp(`^(?:-- )?Ordercast, (?:${NAMES})\\b`),
  new RegExp(`^\\{\\s*"command": "(?:${NAMES})"`),
  /^\{\s*"\$schema": "[^"]*sarif[^"]*",[\s\S]*"name": "ordercast-migrate-lint"/,
  /^<\?xml [^>]*>\s*<testsuites name="migrate lint"/,
];

/** Whether a text is an answer as {@link asAnswer} leaves one in a file. */
export function isAnswer(text: string): boolean {
  return HEADS.some((head) => head.test(text));
}

/** An answer as it goes to a file: it says what it is, so that a later one may take its place. */
export function asAnswer(text: string, command: string): string {
  if (isAnswer(text)) return text;
  return `${text.startsWith('--') ? '-- ' : ''}Ordercast, ${command}\n${text}`;
}
