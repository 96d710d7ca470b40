import { describe, expect, it } from 'vitest';
import { ConnectionStatus } from './connection-status.svelte.ts';
import type { LiveClientState } from './live-client.ts';

function watched(isOnline = true, changesTo: LiveClientState = 'idle') {
  let tell: (state: LiveClientState) => void = () => undefined;
  const client: { state: LiveClientState; onState: (listener: typeof tell) => () => void } = {
    state: 'idle',
    onState: (listener) => {
      tell = listener;
      return () => (tell = () => undefined);
    },
  };
  const navigator = { onLine: isOnline };
  const browser = new EventTarget();
  const connection = new ConnectionStatus(client);
  client.state = changesTo;
  const stop = connection.watch(Object.assign(browser, { navigator }));
  const goes = (isOnline: boolean) => {
    navigator.onLine = isOnline;
    browser.dispatchEvent(new Event(isOnline ? 'online' : 'offline'));
  };
  return { connection, stop, goes, becomes: (state: LiveClientState) => tell(state) };
}

describe('the connection, in words', () => {
  it('goes from connecting to live, and says so when it is lost', () => {
    const { connection, becomes } = watched();
    const words = [connection.text];
    for (const state of ['connecting', 'connected', 'waiting', 'connecting', 'closed'] as const) {
      becomes(state);
      words.push(connection.text);
    }
    const again = 'Reconnecting…';
    expect(words).toEqual(['Connecting…', 'Connecting…', 'Live', again, again, 'Disconnected']);
  });

  it('is not live without a network, whatever the socket believes', () => {
    const { connection, becomes, goes } = watched();
    becomes('connected');
    goes(false);
    expect([connection.text, connection.isLive]).toEqual(['Offline', false]);
    goes(true);
    expect([connection.text, connection.isLive]).toEqual(['Live', true]);
  });

  it('begins with what is so when the watching begins', () => {
    expect(watched(false).connection.text).toBe('Offline');
    expect(watched(true, 'connected').connection.text).toBe('Live');
  });

  it('tells whenever there is a way to the server again, until nobody listens', () => {
    const { connection, becomes, goes } = watched();
    let told = 0;
    const stop = connection.onBack(() => (told += 1));
    const after = (change: () => void) => {
      change();
      return told;
    };
    expect([
      after(() => becomes('connecting')),
      after(() => becomes('connected')),
      after(() => goes(false)),
      after(() => goes(true)),
      after(() => becomes('waiting')),
      after(() => becomes('connected')),
    ]).toEqual([0, 1, 1, 2, 2, 3]);
    stop();
    goes(true);
    expect(told).toBe(3);
  });

  it('does not come back after the clean-up', () => {
    const { connection, goes, stop } = watched(false, 'connected');
    stop();
    goes(true);
    expect(connection.text).toBe('Offline');
  });

  it('is watched no more after the clean-up', () => {
    const { connection, becomes, goes, stop } = watched();
    becomes('connected');
    stop();
    goes(false);
    becomes('waiting');
    expect(connection.text).toBe('Live');
  });
});
