import { RemovalPolicy } from 'aws-cdk-lib';
import type { StageSettings } from '../settings/stage-settings.ts';

/** What becomes of data when its stack is deleted, as the stage says. */
export function dataRemoval({ data }: StageSettings): RemovalPolicy {
  return data === 'keep' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
