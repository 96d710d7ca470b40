import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import { BundledFunction } from './bundled-function.ts';

/** The handlers of `services/realtime/lambda.ts` that API Gateway, a rule and a schedule call. */
export interface RealtimeFunctions {
  authorizer: BundledFunction;
  connect: BundledFunction;
  disconnect: BundledFunction;
  message: BundledFunction;
  reaper: BundledFunction;
  accessEnded: BundledFunction;
}

/** API Gateway's own limit for a WebSocket integration. */
const GATEWAY_LIMIT = Duration.seconds(29);
const MEMORY_MIB = 512;

export function realtimeFunctions(
  scope: Construct,
  settings: StageSettings,
  environment: Record<string, string>,
): RealtimeFunctions {
  const fn = (id: string, handler: string, timeout: Duration) =>
    new BundledFunction(scope, id, {
      settings,
      bundle: 'realtime',
      handler,
      environment,
      timeout,
      memoryMib: MEMORY_MIB,
    });
  return {
    authorizer: fn('Authorizer', 'authorizer', Duration.seconds(10)),
    connect: fn('Connect', 'connect', Duration.seconds(10)),
    disconnect: fn('Disconnect', 'disconnect', Duration.seconds(10)),
    // It posts what was missed before it ends.
    message: fn('Message', 'message', GATEWAY_LIMIT),
    reaper: fn('Reaper', 'reaper', Duration.minutes(4)),
    accessEnded: fn('AccessEnded', 'accessEnded', Duration.minutes(2)),
  };
}
