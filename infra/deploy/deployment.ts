import type { StageSettings } from '../settings/stage-settings.ts';
import type { Assembly } from './assembly.ts';
import type { AwsClients } from './aws-clients.ts';
import type { Cdk } from './cdk.ts';

/** Resolves after `ms`. */
export type Wait = (ms: number) => Promise<void>;

/** What every step of a deployment stands on. */
export interface Deployment {
  settings: StageSettings;
  account: string;
  /** Tag of the image: the commit, or the commit and a hash of what was changed since. */
  release: string;
  /** Folder of the repository. */
  root: string;
  /** The stage's stacks; made anew once the image's digest is known. */
  assembly: Assembly;
  aws: AwsClients;
  cdk: Cdk;
  wait: Wait;
  say: (line: string) => void;
}

/** Where a stack of the stage's own Region lies. */
export function placeOf({ settings }: Pick<Deployment, 'settings'>, id: string) {
  return { name: `ordercast-${settings.stage}-${id}`, region: settings.region };
}
