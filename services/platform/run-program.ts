import { InvalidConfig } from './config.ts';
import { InvalidDatabaseUrl } from './database-url.ts';
import { SecretUnavailable } from './secret-store.ts';

/** What whoever starts a program can put right; anything else is a fault of ours, with its stack. */
const SETTINGS_AT_FAULT = [InvalidConfig, InvalidDatabaseUrl, SecretUnavailable];

/** Starts a program; a failure ends the process with code 1, settings at fault with their text alone. */
export async function runProgram(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    const known = SETTINGS_AT_FAULT.some((kind) => error instanceof kind);
    console.error(known && error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
