import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { ServedModel } from '@ordercast/client/testing/model-server-socket.ts';
import { serveModel } from '@ordercast/client/testing/model-server-socket.ts';
import { expect } from '@playwright/test';
import { rolldown } from 'rolldown';
import { watchedTest as test } from './testing/watched-test.ts';

/** What a page that keeps its connection in a worker would write. */
const WORKER = `
import { createRealtimeClient } from 'client';
const client = createRealtimeClient({
  url: new URL(location.href).searchParams.get('realtime'),
  token: async () => 'token',
});
client.onState((state) => postMessage('state ' + state));
client.subscribe('user/ada', {
  onEvent: (event) => postMessage(event.id),
  onReload: () => postMessage('reload'),
});
client.start();
`;
const PAGE = `<!doctype html><title>worker</title><script>
window.lines = [];
const worker = new Worker('/worker.js' + location.search, { type: 'module' });
worker.onmessage = ({ data }) => window.lines.push(data);
worker.onerror = ({ message }) => window.lines.push('error ' + message);
</script>`;

/** Serves the page and its worker, bundled as an application would. */
async function serveWorker(): Promise<{ url: string; stop: () => void }> {
  const bundle = await rolldown({
    input: 'worker',
    plugins: [
      {
        name: 'worker',
        resolveId: (id) => {
          if (id === 'worker') return id;
          if (id !== 'client') return null;
          return join(import.meta.dirname, '../websocket/client/realtime-client.ts');
        },
        load: (id) => (id === 'worker' ? WORKER : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const server = createServer(({ url = '' }, response) => {
    const script = url.startsWith('/worker.js');
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
    response.end(script ? output[0].code : PAGE);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The page has no port.');
  return { url: `http://127.0.0.1:${address.port}/`, stop: () => void server.close() };
}

let model: ServedModel;
let served: { url: string; stop: () => void };
test.beforeEach(async () => {
  model = await serveModel();
  served = await serveWorker();
});
test.afterEach(async () => {
  served.stop();
  await model.stop();
});

test('the client library works in a web worker: it subscribes, is cut, resumes, and misses nothing', async ({
  page,
}) => {
  await page.goto(`${served.url}?realtime=${encodeURIComponent(model.url)}`);
  const lines = () => page.evaluate<string[]>('window.lines');
  const events = async () => (await lines()).filter((line) => !line.startsWith('state '));

  await expect
    .poll(() => [...model.server.connections].map(({ channels }) => channels.size))
    .toEqual([1]);
  model.server.publish('user/ada', 3);
  await expect.poll(events).toEqual(model.server.ids('user/ada'));

  for (const connection of model.server.connections) connection.end('cut');
  model.server.publish('user/ada', 5);
  await expect.poll(events).toEqual(model.server.ids('user/ada'));
  expect(await lines()).toContain('state waiting');
  expect(model.handshakes.map(({ token }) => token)).toEqual(['token', 'token']);
});
