import { startOrdercast } from '@ordercast/local/ordercast.ts';
import { fillDisk } from '@ordercast/platform/testing/fill-disk.ts';
import { MAY_MOUNT, smallDisk } from '@ordercast/platform/testing/small-disk.ts';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { signInAs } from './testing/person.ts';

const bodySchema = z.object({
  status: z.string(),
  dependencies: z.record(z.string(), z.string()),
  reasons: z.record(z.string(), z.string()).optional(),
});

it.runIf(MAY_MOUNT)(
  'a system whose disk is full says that nobody can sign in, and why, and goes on when there is room (needs root, for a disk of its own)',
  async () => {
    const dataFolder = await smallDisk(128);
    const system = await startOrdercast({
      dataFolder,
      fresh: false,
      ephemeral: false,
      migrate: false,
      port: 0,
      tokenSeconds: 3_600,
      databaseUrl: undefined,
    });
    onTestFinished(() => system.close());
    const ready = async () => {
      const response = await fetch(`${system.url}/api/health/ready`);
      return { status: response.status, body: bodySchema.parse(await response.json()) };
    };
    const up = { database: 'up', signingKeys: 'up', userPool: 'up' };
    expect(await ready()).toEqual({ status: 200, body: { status: 'ready', dependencies: up } });

    const free = fillDisk(dataFolder);
    expect(await ready()).toEqual({
      status: 503,
      body: {
        status: 'not ready',
        dependencies: { ...up, userPool: 'down' },
        reasons: { userPool: 'its disk is full' },
      },
    });
    await expect(signInAs(system.url, 'ada@example.com')).rejects.toMatchObject({
      code: 'InternalErrorException',
    });

    free();
    expect(await ready()).toMatchObject({ status: 200 });
    const ada = await signInAs(system.url, 'ada@example.com');
    expect((await ada.call('GET', '/me')).status).toBe(200);
  },
);
