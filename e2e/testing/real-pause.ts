import { setTimeout } from 'node:timers/promises';

/**
 * The only place of the tests that waits for time to pass. A schedule of faults runs in real time over
 * real processes: how long a fault lasts, and how fast a load comes, is what it consists of, and no
 * event stands for it. Whatever waits for something to become true polls for that instead.
 */
export async function pause(ms: number): Promise<void> {
  await setTimeout(ms);
}
