import { afterEach, expect, it, vi } from 'vitest';
import type { NetworkSignal } from './network-signals.ts';
import { platformSignals } from './network-signals.ts';

afterEach(() => vi.unstubAllGlobals());

it('listens to nothing where the platform has no such events, as in Node', () => {
  const stop = platformSignals(() => expect.unreachable());
  stop();
});

it('turns the events of a page into signals, until it is stopped', () => {
  const global = new EventTarget();
  const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  vi.stubGlobal('addEventListener', global.addEventListener.bind(global));
  vi.stubGlobal('removeEventListener', global.removeEventListener.bind(global));
  vi.stubGlobal('document', page);
  const signals: NetworkSignal[] = [];
  const stop = platformSignals((signal) => signals.push(signal));
  const fire = () => {
    for (const type of ['offline', 'online', 'pageshow']) global.dispatchEvent(new Event(type));
    page.dispatchEvent(new Event('visibilitychange'));
  };
  fire();
  expect(signals).toEqual(['doubt', 'wake', 'wake']);
  page.visibilityState = 'visible';
  fire();
  expect(signals).toHaveLength(7);
  stop();
  fire();
  expect(signals).toHaveLength(7);
});
