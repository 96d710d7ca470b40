import { pino } from 'pino';
import type { Logger as PinoLogger } from 'pino';
import { cutText } from './cut-text.ts';
import { droppingLines } from './dropping-lines.ts';
import type { LineSink } from './dropping-lines.ts';
import { writeWhole } from './write-whole.ts';

/** What the rest of the code asks of a logger. */
export type Logger = Pick<PinoLogger, 'info' | 'warn' | 'error'>;

/** Names, in lower case, of fields that may carry a secret. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'token',
  'accesstoken',
  'idtoken',
  'refreshtoken',
  'password',
  'secret',
  'sec-websocket-protocol',
]);
const REDACTED = '[redacted]';
/** UTF-16 units of a field's text: what somebody has sent, such as a header, may be much longer. */
const MAX_TEXT_LENGTH = 500;
/** How deep secrets are looked for; nothing that we log lies deeper. */
const MAX_DEPTH = 4;

/**
 * JSON lines on standard output (or `destination`), one object a line, with `service` on each.
 * Fields named like secrets are replaced by `[redacted]`, wherever they stand, and a long text ends
 * with `…`. (pino's own `redact` with wildcards does the same at thirty times the cost of a whole line.)
 */
export function createLogger(
  service: string,
  settings: { level?: string; destination?: LineSink } = {},
): Logger {
  const options = {
    level: settings.level ?? 'info',
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (entry: Record<string, unknown>) => safeFields(entry, 1),
    },
  };
  return pino(options, settings.destination ?? standardOutput);
}

const STANDARD_OUTPUT = 1;

/** It may be a file on a full disk, or a pipe that nobody reads any more: neither may end a program. */
const standardOutput = droppingLines({
  append: (text, isPatient) => writeWhole(STANDARD_OUTPUT, text, isPatient),
  clock: Date.now,
});

/** The same object where it holds no secret and no long text, else a copy without them. */
function safeFields(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(object)) {
    const safe = SECRET_FIELDS.has(name.toLowerCase()) ? REDACTED : safeValue(value, depth);
    if (safe === value) continue;
    copy ??= { ...object };
    copy[name] = safe;
  }
  return copy ?? object;
}

function safeValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) {
    return `${cutText(value, MAX_TEXT_LENGTH)}…`;
  }
  if (depth === MAX_DEPTH || !isPlainObject(value)) return value;
  return safeFields(value, depth + 1);
}

/** Errors and class instances have serializers of their own. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
