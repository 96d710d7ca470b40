import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRealtimeClient } from '@ordercast/client/realtime-client.ts';
import { userChannel } from '@ordercast/contract/channel.ts';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { signInAs } from './testing/person.ts';
import { startSystemProcess } from './testing/system-process.ts';

const consoleSchema = z.object({
  connections: z.array(z.unknown()),
  subscriptions: z.array(z.unknown()),
});

async function readConsole(url: string) {
  return consoleSchema.parse(await (await fetch(`${url}/console/state.json`)).json());
}

it('shows nobody as connected after kill -9 and a start on another port', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ordercast-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const killed = await startSystemProcess(['--data', folder]);
  onTestFinished(async () => {
    await killed.stop('SIGKILL');
  });
  const ada = await signInAs(killed.url, 'ada@example.com');
  const client = createRealtimeClient({
    url: ada.config.realtimeUrl,
    token: () => Promise.resolve(ada.accessToken),
  });
  onTestFinished(() => client.close());
  await client.subscribe(userChannel(ada.sub), {
    onEvent: () => undefined,
    onReload: () => undefined,
  }).ready;
  expect((await readConsole(killed.url)).connections).toHaveLength(1);

  const exited = once(killed.child, 'exit');
  killed.child.kill('SIGKILL');
  await exited;
  client.close();
  const next = await startSystemProcess(['--data', folder]);
  onTestFinished(async () => {
    await next.stop();
  });
  expect(await readConsole(next.url)).toEqual({ connections: [], subscriptions: [] });
});
