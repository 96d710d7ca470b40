import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOrdercast } from '@ordercast/local/ordercast.ts';
import type { OrdercastOptions } from '@ordercast/local/ordercast.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { placeOrder, signInAs } from './testing/person.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The whole system in this process, with its data in the test's folder. */
function start(options: Partial<OrdercastOptions> = {}) {
  return startOrdercast({
    dataFolder: folder,
    fresh: false,
    ephemeral: false,
    migrate: false,
    port: 0,
    tokenSeconds: 3_600,
    databaseUrl: undefined,
    ...options,
  });
}

/** Servers that listen in this process. */
const servers = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPServerWrap').length;

const frameSchema = z.object({ type: z.string(), reason: z.string().optional() });

describe('the system in one process', () => {
  it('says good-bye to who is connected before it closes the connection', async () => {
    const system = await start();
    const { config, accessToken } = await signInAs(system.url, 'ada@example.com');
    const socket = new WebSocket(config.realtimeUrl, ['ordercast.v1', `bearer.${accessToken}`]);
    const seen: string[] = [];
    socket.on('message', (data: Buffer) => {
      const { type, reason } = frameSchema.parse(JSON.parse(data.toString()));
      seen.push(`${type} ${reason ?? ''}`);
    });
    socket.on('close', () => seen.push('closed'));
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await system.close();
    await closed;
    expect(seen).toEqual(['closing server_shutdown', 'closed']);
  });

  it('leaves, when it has stopped, no server, no lock and no half-written file, and all that it took', async () => {
    const before = servers();
    const first = await start();
    expect(servers()).toBeGreaterThan(before);
    const ada = await signInAs(first.url, 'ada@example.com');
    const { id } = await placeOrder(ada);
    await first.close();
    expect(servers()).toBe(before);
    // SQLite takes its log away with the last connection.
    expect(readdirSync(folder).filter((name) => name.startsWith('ordercast.db'))).toEqual([
      'ordercast.db',
    ]);
    const lines = readFileSync(join(folder, 'logs', 'ordercast.log'), 'utf8').split('\n');
    expect(lines.at(-1)).toBe('');
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);

    const second = await start();
    const again = await signInAs(second.url, 'ada@example.com');
    expect((await again.call('GET', `/orders/${id}`)).status).toBe(200);
    await second.close();
  });

  it('leaves nothing of what had started already where one part does not start', async () => {
    const before = servers();
    const refused = start({ databaseUrl: `sqlite:${folder}` });
    await expect(refused).rejects.toThrow(/directory|unable to open/i);
    expect(servers()).toBe(before);
    // Nobody has the folder any more.
    await (await start()).close();
    expect(servers()).toBe(before);
    expect(existsSync(join(folder, 'ordercast.db'))).toBe(true);
  });
});
