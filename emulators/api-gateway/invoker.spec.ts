import { expect, test } from 'vitest';
import { Invoker } from './invoker.ts';

const facts = { connectionId: 'L0SM9cOFvHcCIhw=' };

function anInvoker(timeoutMs = 3_600_000) {
  const logged: unknown[] = [];
  const invoker = new Invoker({
    timeoutMs,
    clock: () => 0,
    makeId: () => 'id',
    log: { error: (...entry: unknown[]) => void logged.push(entry) },
  });
  return { invoker, logged };
}

const timers = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

/** Everything that is due at once has happened after it. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('an invocation that has ended, well or badly, leaves no timer behind', async () => {
  const { invoker } = anInvoker();
  const before = timers();
  const held = Promise.withResolvers<string>();
  const running = invoker.invoke('$default', () => held.promise, facts);
  expect(timers()).toBe(before + 1);
  held.resolve('done');
  expect(await running).toEqual({ outcome: 'returned', value: 'done' });
  expect(timers()).toBe(before);
  await invoker.invoke('$default', () => Promise.reject(new Error('boom')), facts);
  expect(timers()).toBe(before);
});

test('idle waits for the last of several handlers, not for the first that ends', async () => {
  const { invoker } = anInvoker();
  const order: string[] = [];
  const [first, last] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const running = [first, last].map(({ promise }) => invoker.invoke('$x', () => promise, facts));
  const idle = invoker.idle().then(() => order.push('idle'));
  first.resolve(undefined);
  await running[0];
  await nextTurn();
  order.push('the last ends');
  last.resolve(undefined);
  await idle;
  expect(order).toEqual(['the last ends', 'idle']);
});

test('idle waits for a handler for which nobody waits any more', async () => {
  const { invoker, logged } = anInvoker(1);
  const held = Promise.withResolvers<undefined>();
  const order: string[] = [];
  expect(await invoker.invoke('$x', () => held.promise, facts)).toEqual({ outcome: 'timedOut' });
  expect(logged).toHaveLength(1);
  const idle = invoker.idle().then(() => order.push('idle'));
  await nextTurn();
  order.push('it ends');
  held.resolve(undefined);
  await idle;
  expect(order).toEqual(['it ends', 'idle']);
});

test('idle resolves at once where nothing runs, also after a handler that failed', async () => {
  const { invoker } = anInvoker();
  const isIdle = () =>
    Promise.race([invoker.idle().then(() => 'idle'), nextTurn().then(() => 'busy')]);
  expect(await isIdle()).toBe('idle');
  const failing = () => {
    throw new Error('boom');
  };
  expect(await invoker.invoke('$x', failing, facts)).toMatchObject({ outcome: 'failed' });
  expect(await isIdle()).toBe('idle');
});
