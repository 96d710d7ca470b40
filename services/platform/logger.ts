import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';

/** What the rest of the code asks of a logger. */
export type Logger = Pick<PinoLogger, 'info' | 'warn' | 'error'>;

/** Fields that may carry a secret, wherever in a logged object's first levels they stand. */
const SECRET_FIELDS = [
  'authorization',
  'Authorization',
  'cookie',
  'token',
  'accessToken',
  'AccessToken',
  'password',
  'secret',
  'sec-websocket-protocol',
];

/**
 * JSON lines on standard output (or `destination`), one object a line, with `service` on each.
 * Fields named like secrets are replaced by `[redacted]`.
 */
export function createLogger(
  service: string,
  settings: { level?: string; destination?: DestinationStream } = {},
): Logger {
  const options = {
    level: settings.level ?? 'info',
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]),
      censor: '[redacted]',
    },
  };
  return settings.destination === undefined ? pino(options) : pino(options, settings.destination);
}
