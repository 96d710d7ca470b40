import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { checkItself } from './self-check.ts';

async function answering(status: number, text: string): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end(text));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
}

it('is content with an API that can check tokens', async () => {
  await checkItself(await answering(200, '{"status":"ready"}'));
});

it('says what an API answers that cannot', async () => {
  const url = await answering(503, '{"dependencies":{"signingKeys":"down"}}');
  await expect(checkItself(url)).rejects.toThrow(/answered 503: .*"signingKeys":"down".*NO_PROXY=/);
});

it('says why nobody answers', async () => {
  await expect(checkItself('http://127.0.0.1:1')).rejects.toThrow(
    /^Ordercast cannot reach itself at http:\/\/127\.0\.0\.1:1\/api\/health\/ready \(.*bad port/,
  );
});
