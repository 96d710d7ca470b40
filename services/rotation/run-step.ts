import { isDeepStrictEqual } from 'node:util';
import { parseSecret } from './rotated-secret.ts';
import { RotationRefused } from './rotation-refused.ts';
import type { RotationStep } from './rotation-event.ts';
import type { RotationStrategy } from './rotation-strategy.ts';
import type { SecretVersions, StagingLabel } from './secret-versions.ts';
import type { RotatedVersion } from './rotated-version.ts';

export interface StepContext {
  secrets: SecretVersions;
  secretId: string;
  step: RotationStep;
  version: RotatedVersion;
  /** The text of the version that is the current one now. */
  currentText: string;
}

/** One step of one rotation. A step that was run before, wherever that ended, does what is left of it. */
export async function runStep<Secret>(
  strategy: RotationStrategy<Secret>,
  { secrets, secretId, step, version, currentText }: StepContext,
): Promise<void> {
  const read = async (label: StagingLabel, id?: string): Promise<Secret | undefined> => {
    const text = await secrets.read(secretId, label, id);
    return text === undefined ? undefined : parseSecret(strategy.schema, text, secretId);
  };
  const current = parseSecret(strategy.schema, currentText, secretId);
  if (version.isCurrent) {
    if (step === 'finishSecret') await strategy.afterwards?.(current);
    return;
  }
  const written = await read('AWSPENDING', version.id);
  if (step === 'createSecret') {
    if (written === undefined) {
      await secrets.putPending(secretId, version.id, JSON.stringify(strategy.next(current)));
    }
    return;
  }
  if (written === undefined) {
    throw new RotationRefused(`The version ${version.id} has no text: createSecret comes first.`);
  }
  const both = { current, pending: written };
  // RotateSecret without RotateImmediately tries the function out: by this step alone, with a copy of what is current.
  if (step === 'testSecret' && isDeepStrictEqual(written, current)) return strategy.test(both);
  if (!strategy.follows(both)) throw doesNotFollow(secretId, version.id);
  switch (step) {
    case 'setSecret':
      return strategy.set(both, () => read('AWSPREVIOUS'));
    case 'testSecret':
      return strategy.test(both);
    case 'finishSecret':
      await strategy.beforehand?.(both);
      await secrets.makeCurrent(secretId, { from: version.currentId, to: version.id });
      await strategy.afterwards?.(written);
  }
}

function doesNotFollow(secretId: string, versionId: string): RotationRefused {
  return new RotationRefused(
    `AWSCURRENT of ${secretId} was changed after this rotation began, so AWSPENDING does not follow from it. Give this rotation up: ` +
      `aws secretsmanager update-secret-version-stage --secret-id ${secretId} --version-stage AWSPENDING --remove-from-version-id ${versionId}; ` +
      'then rotate again.',
  );
}
