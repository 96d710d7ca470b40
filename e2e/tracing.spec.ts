import { join } from 'node:path';
import { userChannel } from '@ordercast/contract/channel.ts';
import { DEMO_USERS } from '@ordercast/local/demo-users.ts';
import { startOtlpReceiver } from '@ordercast/platform/testing/otlp-receiver.ts';
import type { OtlpReceiver, ReceivedSpan } from '@ordercast/platform/testing/otlp-receiver.ts';
import { PRINT_LOADED } from '@ordercast/platform/testing/print-loaded.ts';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { announcementObserver, orderObserver } from './testing/observer.ts';
import { placeOrder, signInAs } from './testing/person.ts';
import { startSplitSystem } from './testing/split-system.ts';
import { startSystemProcess } from './testing/system-process.ts';

const TRACING = join(import.meta.dirname, '../platform/tracing/main.ts');

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  return () => receiver.close();
});

/** All that lies below a span, however deep. */
function below(span: ReceivedSpan): ReceivedSpan[] {
  const children = receiver.spans.filter(({ parentSpanId }) => parentSpanId === span.spanId);
  return children.flatMap((child) => [child, ...below(child)]);
}
const named = (name: string) => receiver.spans.filter((span) => span.name === name);
const roots = () => receiver.spans.filter(({ parentSpanId = '' }) => parentSpanId === '');

it('relay and worker send what they publish and deliver, and nothing of how they wait for it', async () => {
  const system = await startSplitSystem(DEMO_USERS);
  onTestFinished(() => system.close());
  const traced = (service: string) => ({
    NODE_OPTIONS: `--import=${TRACING}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_SERVICE_NAME: service,
  });
  await system.startApi();
  const programs = [
    system.startRelay(undefined, traced('relay')),
    system.startBroadcastWorker(traced('worker')),
  ];
  const ada = await signInAs(system.url, 'ada@example.com');
  const alex = await signInAs(system.url, 'alex@example.com');
  const orders = orderObserver(ada, userChannel(ada.sub));
  const announcements = announcementObserver(ada);
  await orders.open();
  await announcements.open();
  await placeOrder(ada, { note: 'note-hunter2' });
  await alex.call('POST', '/announcements', { body: { text: 'text-hunter2' } });
  await expect.poll(() => [orders.seen.length, announcements.seen.length]).toEqual([1, 1]);
  orders.close();
  announcements.close();
  for (const program of programs) {
    program.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  }

  const published = named('publish').map((span) => below(span).map(({ name }) => name));
  expect(published.flat()).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^DynamoDB\./),
      'POST',
      expect.stringMatching(/ send$/),
    ]),
  );
  const delivered = named('deliver broadcast');
  for (const { service } of delivered) expect(service).toBe('worker');
  expect(delivered.flatMap(below).map(({ name }) => name)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^DynamoDB\./), 'POST']),
  );
  expect(new Set(roots().map(({ name }) => name))).toEqual(
    new Set(['publish', 'deliver broadcast']),
  );
  expect(receiver.sent()).not.toContain('hunter2');
});

it('npm start sends its traces where the variable says so, and otherwise loads nothing that traces', async () => {
  const start = (env: Record<string, string>) =>
    startSystemProcess(['--ephemeral'], { NODE_OPTIONS: PRINT_LOADED, ...env }, [
      'npm',
      'start',
      '--silent',
      '--',
    ]);
  const plain = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: '' });
  onTestFinished(() => void plain.stop('SIGKILL'));
  await plain.stop();
  expect(plain.output()).not.toContain('"loads"');

  const traced = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  onTestFinished(() => void traced.stop('SIGKILL'));
  // By its main thread alone.
  expect(traced.output().match(/sdk-trace\/dist\/index\.mjs/g)).toHaveLength(1);
  await placeOrder(await signInAs(traced.url, 'ada@example.com'));
  const published = await receiver.spanThat(({ name }) => name === 'publish');
  expect(published.parentSpanId ?? '').toBe('');
  const insert = await receiver.spanThat(
    ({ attributes }) => attributes['db.collection.name'] === 'order_lines',
  );
  await traced.stop();
  const request = roots().find((root) => below(root).includes(insert));
  expect(request).toMatchObject({ name: 'POST', kind: 2, service: 'ordercast' });
});
