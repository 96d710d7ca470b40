import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { listen } from './listen.ts';

it('a server that closes waits no longer for a request than for its time to arrive', async () => {
  const begun = Promise.withResolvers<undefined>();
  const server = await listen(() => begun.resolve(undefined), {
    port: 0,
    host: '127.0.0.1',
    limits: { requestMs: 200, headersMs: 200 },
  });
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  const closed = once(socket, 'close');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc');
  await begun.promise;
  await server.close();
  expect(await closed).toEqual([expect.any(Boolean)]);
});
