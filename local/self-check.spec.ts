import { listen } from '@ordercast/services/http/listen.ts';
import { expect, it, onTestFinished } from 'vitest';
import { checkItself } from './self-check.ts';

async function answering(status: number, text: string): Promise<string> {
  const server = await listen((_request, response) => response.writeHead(status).end(text), {
    port: 0,
    host: '127.0.0.1',
  });
  onTestFinished(() => server.close());
  return server.url;
}

it('is content with an API that can check tokens', async () => {
  await checkItself(await answering(200, '{"status":"ready"}'));
});

it('says what an API answers that cannot', async () => {
  const url = await answering(503, '{"dependencies":{"signingKeys":"down"}}');
  await expect(checkItself(url)).rejects.toThrow(/answered 503: .*"signingKeys":"down".*NO_PROXY=/);
});

it('says why something is down, and nothing of proxies, where the API knows', async () => {
  const url = await answering(
    503,
    '{"dependencies":{"userPool":"down"},"reasons":{"userPool":"its disk is full"}}',
  );
  await expect(checkItself(url)).rejects.toThrow(
    /^Ordercast cannot serve: userPool: its disk is full\.$/,
  );
});

it('says why nobody answers', async () => {
  await expect(checkItself('http://127.0.0.1:1')).rejects.toThrow(
    /^Ordercast cannot reach itself at http:\/\/127\.0\.0\.1:1\/api\/health\/ready \(.*bad port/,
  );
});
