import { readFile } from 'node:fs/promises';
import { InvalidConfig } from '@ordercast/platform/config.ts';
import { createSecretStore } from '@ordercast/platform/secret-store.ts';
import type { SecretStore } from '@ordercast/platform/secret-store.ts';
import { SecretUnavailable } from '@ordercast/platform/secret-unavailable.ts';
import type { ReportVariables } from './report-variables.ts';

/** Where the keys of links are read from, and under what name: a secret on AWS, a file on a laptop. @throws InvalidConfig */
export function linkSecrets({
  REPORTS_LINK_SECRET_ID: secretId,
  REPORTS_LINK_KEYS_FILE: file,
  AWS_REGION: region,
}: Pick<ReportVariables, 'REPORTS_LINK_SECRET_ID' | 'REPORTS_LINK_KEYS_FILE' | 'AWS_REGION'>): {
  secretId: string;
  secrets: SecretStore;
} {
  if (secretId !== undefined && file === undefined) {
    return { secretId, secrets: createSecretStore(region) };
  }
  if (file !== undefined && secretId === undefined) {
    return { secretId: file, secrets: { read: readKeysFile, close: () => undefined } };
  }
  throw new InvalidConfig(
    'Set either REPORTS_LINK_SECRET_ID or REPORTS_LINK_KEYS_FILE: one of them names the keys that links are signed with.',
  );
}

async function readKeysFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new SecretUnavailable(`The keys of report links cannot be read from ${path}.`, { cause });
  }
}
