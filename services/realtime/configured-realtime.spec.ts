import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readConfig } from '@ordercast/platform/config.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { configuredRealtime, REALTIME_VARIABLES } from './configured-realtime.ts';
import { z } from 'zod';

it('gives up on a DynamoDB that takes requests and never answers', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const config = readConfig(z.object(REALTIME_VARIABLES), {
    AWS_REGION: 'us-east-1',
    COGNITO_ISSUER: 'http://127.0.0.1:1/us-east-1_ordercast',
    COGNITO_CLIENT_ID: 'client',
    DYNAMODB_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  const { realtime, close } = configuredRealtime(config, createLogger('test', { level: 'silent' }));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  await expect(realtime.log.head('orders')).rejects.toMatchObject({ name: 'TimeoutError' });
});
