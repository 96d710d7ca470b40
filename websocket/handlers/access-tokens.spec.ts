import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { decodeToken } from '@ordercast/platform/testing/access-token.ts';
import { tokenCases } from '@ordercast/platform/testing/token-cases.ts';
import { describe, expect, it } from 'vitest';
import { serve, startTestBed } from '../testing/running-realtime.ts';

const { pool, realtime: build } = await startTestBed();
const good = decodeToken(pool.token('ada'));
const now = Number(good.claims['iat']) * 1000;
const realtime = await build({ clock: () => now });

/** By hand, since a library would not send a token that is none. */
async function handshakeStatus(port: number, token: string): Promise<number> {
  const handshake = request(`http://127.0.0.1:${port}/realtime`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-protocol': `ordercast.v1, bearer.${token}`,
    },
  });
  const answered = new Promise<IncomingMessage>((resolve) => {
    handshake.on('response', resolve);
    handshake.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response);
    });
  });
  handshake.end();
  const response = await Promise.race([answered, once(handshake, 'close').then(() => answered)]);
  response.resume();
  return response.statusCode ?? 0;
}

describe('a handshake', () => {
  it.each(tokenCases({ clocksDiffer: true }))('with a token $name', async ({ isValid, make }) => {
    const { port } = await serve(realtime);
    const token = make({ ...good, privateKey: pool.privateKey });
    // 400 says that such a subprotocol cannot be, before any token is looked for in it.
    expect(isValid ? [101] : [400, 401]).toContain(await handshakeStatus(port, token));
  });
});
