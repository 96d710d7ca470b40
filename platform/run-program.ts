import { InvalidConfig } from './config.ts';
import { InvalidDatabaseUrl } from './database-url.ts';
import { SecretUnavailable } from './secret-unavailable.ts';

type ErrorClass = abstract new (...args: never) => Error;

/** Settings that whoever starts a program can put right; the text says how. */
const SETTINGS_AT_FAULT: readonly ErrorClass[] = [
  InvalidConfig,
  InvalidDatabaseUrl,
  SecretUnavailable,
];

/** Whether whoever started the program can put it right. */
export function isSettingsFault(error: unknown): error is Error {
  return SETTINGS_AT_FAULT.some((kind) => error instanceof kind);
}

/**
 * Starts a program; a failure ends the process with code 1. What a person can put right, settings at
 * fault and the `known` errors, is told by its text alone; anything else is a fault of ours, with its stack.
 */
export async function runProgram(
  start: () => Promise<void>,
  known: readonly ErrorClass[] = [],
): Promise<void> {
  try {
    await start();
  } catch (error) {
    const isKnown = isSettingsFault(error) || known.some((kind) => error instanceof kind);
    console.error(isKnown && error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
