import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import { userChannel } from '@ordercast/contract/channel.ts';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { firstProduct, signInAs } from './testing/person.ts';
import type { Answer, Person } from './testing/person.ts';
import { seededRandom } from '@ordercast/platform/testing/seeded-random.ts';

const ORDERS = 200;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

let folder: string;
let port = '0';
let system: SystemProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
  system = await start();
  port = new URL(system.url).port;
});
afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(): Promise<SystemProcess> {
  return startSystemProcess(['--data', folder], { PORT: port });
}

const idSchema = z.object({ id: z.string() });

/** Sends all creations at once and kills the whole system when the n-th has been answered. */
async function createAndKill(ada: Person, productId: string, keys: string[], killAfter: number) {
  const exited = once(system.child, 'exit');
  let answered = 0;
  const answers = await Promise.all(
    keys.map(async (key) => {
      const answer = await create(ada, productId, key).catch(() => undefined);
      answered += 1;
      if (answered === killAfter) system.child.kill('SIGKILL');
      return answer;
    }),
  );
  await exited;
  return answers;
}

function create(ada: Person, productId: string, key: string): Promise<Answer> {
  return ada.call('POST', '/orders', {
    body: { lines: [{ productId, quantity: 1 }], note: key },
    headers: { 'Idempotency-Key': key },
  });
}

describe('kill -9 of everything in the middle of 200 concurrent order creations', () => {
  it.each(SEEDS)('loses nothing and does nothing twice (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const ada = await signInAs(system.url, 'ada@example.com');
    const productId = await firstProduct(ada);
    const seen: string[] = [];
    let reloads = 0;
    const client = createRealtimeClient({
      url: ada.config.realtimeUrl,
      token: () => Promise.resolve(ada.accessToken),
    });
    const subscription = client.subscribe(userChannel(ada.sub), {
      onEvent: (event) => seen.push(event.subject ?? ''),
      onReload: () => (reloads += 1),
    });
    await subscription.ready;

    const keys = Array.from({ length: ORDERS }, (_, number) => `seed-${seed}-${number}`);
    const killAfter = 1 + Math.floor(random() * (ORDERS - 2));
    const answers = await createAndKill(ada, productId, keys, killAfter);
    const acknowledged = answers.filter((answer) => answer?.status === 201);
    expect(acknowledged.length).toBeGreaterThan(0);

    system = await start();
    for (const answer of acknowledged) {
      const { id } = idSchema.parse(answer?.body);
      expect((await ada.call('GET', `/orders/${id}`)).status).toBe(200);
    }

    // Every key again: what was made stays what it was, and what was not is made now.
    const ids = new Set<string>();
    for (const [index, key] of keys.entries()) {
      const repeat = await create(ada, productId, key);
      expect(repeat.status).toBe(201);
      const { id } = idSchema.parse(repeat.body);
      const first = answers[index];
      if (first?.status === 201) expect(repeat.body).toEqual(first.body);
      ids.add(id);
    }
    expect(ids.size).toBe(ORDERS);

    await expect.poll(() => new Set(seen).size).toBe(ORDERS);
    expect([...seen].sort()).toEqual([...ids].sort());
    expect(reloads).toBe(0);
    client.close();
  });
});
