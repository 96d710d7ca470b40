import { wait as waitByTimer } from '@ordercast/platform/wait.ts';
import type { Wait } from '@ordercast/platform/wait.ts';
import type { Reply } from './route.ts';

/** Names of what the service needs, each with a probe that resolves to whether it is up. */
export type Probes = Readonly<Record<string, () => Promise<boolean>>>;

/** `GET /health/live`: the process answers. */
export function liveness(): Reply {
  return { status: 200, body: { status: 'live' } };
}

/**
 * `GET /health/ready`: whether requests can be served, and which dependency is down if not.
 * A draining process is not ready, so that the load balancer sends it nothing new. What does not
 * answer in {@link PROBE_DEADLINE_MS} is down.
 */
export async function readiness(
  probes: Probes,
  isDraining: boolean,
  wait: Wait = waitByTimer,
): Promise<Reply> {
  const results = await Promise.all(
    Object.entries(probes).map(
      async ([name, probe]) => [name, (await isUp(probe, wait)) ? 'up' : 'down'] as const,
    ),
  );
  const dependencies = Object.fromEntries(results);
  const isReady = !isDraining && results.every(([, state]) => state === 'up');
  return {
    status: isReady ? 200 : 503,
    body: { status: isDraining ? 'draining' : isReady ? 'ready' : 'not ready', dependencies },
  };
}

const PROBE_DEADLINE_MS = 3_000;

async function isUp(probe: () => Promise<boolean>, wait: Wait): Promise<boolean> {
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
