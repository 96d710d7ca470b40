import { wait as waitByTimer } from '@ordercast/platform/wait.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import type { Reply } from './route.ts';

/** Whether something is up, or why it is not, in words that anybody may read. */
type Finding = boolean | string;

/** Names of what the service needs, each with a probe. */
export type Probes = Readonly<Record<string, () => Promise<Finding>>>;

/** `GET /health/live`: the process answers. */
export function liveness(): Reply {
  return { status: 200, body: { status: 'live' } };
}

/**
 * `GET /health/ready`: whether requests can be served, and which dependency is down if not, with the
 * reason where it is known.
 * A draining process is not ready, so that the load balancer sends it nothing new. What does not
 * answer in {@link PROBE_DEADLINE_MS} is down.
 */
export async function readiness(
  probes: Probes,
  isDraining: boolean,
  wait: Wait = waitByTimer,
): Promise<Reply> {
  const found = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => [name, await find(probe, wait)] as const),
  );
  const dependencies = found.map(
    ([name, finding]) => [name, finding === true ? 'up' : 'down'] as const,
  );
  const reasons = found.filter(([, finding]) => typeof finding === 'string');
  const isReady = !isDraining && found.every(([, finding]) => finding === true);
  return {
    status: isReady ? 200 : 503,
    body: {
      status: isDraining ? 'draining' : isReady ? 'ready' : 'not ready',
      dependencies: Object.fromEntries(dependencies),
      ...(reasons.length > 0 && { reasons: Object.fromEntries(reasons) }),
    },
  };
}

const PROBE_DEADLINE_MS = 3_000;

async function find(probe: () => Promise<Finding>, wait: Wait): Promise<Finding> {
  const answered = new AbortController();
  const tooLate = wait(PROBE_DEADLINE_MS, answered.signal).then(() => false);
  try {
    return await Promise.race([probe(), tooLate]);
  } catch {
    return false;
  } finally {
    answered.abort();
  }
}
