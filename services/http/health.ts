import type { Reply } from './route.ts';

/** Names of what the service needs, each with a probe that resolves to whether it is up. */
export type Probes = Readonly<Record<string, () => Promise<boolean>>>;

/** `GET /health/live`: the process answers. */
export function liveness(): Reply {
  return { status: 200, body: { status: 'live' } };
}

/**
 * `GET /health/ready`: whether requests can be served, and which dependency is down if not.
 * A draining process is not ready, so that the load balancer sends it nothing new.
 */
export async function readiness(probes: Probes, isDraining: boolean): Promise<Reply> {
  const results = await Promise.all(
    Object.entries(probes).map(
      async ([name, probe]) => [name, (await isUp(probe)) ? 'up' : 'down'] as const,
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

async function isUp(probe: () => Promise<boolean>): Promise<boolean> {
  const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PROBE_DEADLINE_MS);
  try {
    return await Promise.race([probe(), tooLate]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
