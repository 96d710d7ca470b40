import { RotationRefused } from './rotation-refused.ts';

/** The version that a rotation makes. */
export interface RotatedVersion {
  id: string;
  /** The version with AWSCURRENT. */
  currentId: string;
  /** Whether it has become the current one already. */
  isCurrent: boolean;
}

/** By the staging labels of all versions. Throws `RotationRefused` where no rotation to this version is under way. */
export function rotatedVersion(
  labels: Readonly<Record<string, readonly string[]>>,
  id: string,
): RotatedVersion {
  const [currentId] = Object.keys(labels).filter((one) => labels[one]?.includes('AWSCURRENT'));
  if (currentId === undefined) {
    throw new RotationRefused('No version is AWSCURRENT: write a first value into the secret.');
  }
  const isCurrent = currentId === id;
  if (!isCurrent && labels[id]?.includes('AWSPENDING') !== true) {
    throw new RotationRefused(
      `The version ${id} is not AWSPENDING: Secrets Manager begins a rotation, by its schedule or aws secretsmanager rotate-secret.`,
    );
  }
  return { id, currentId, isCurrent };
}
