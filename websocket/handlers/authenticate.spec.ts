import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { describe, expect, it } from 'vitest';
import type { Realtime } from '../realtime.ts';
import type { SeenRequest } from '../testing/fault-proxy.ts';
import {
  anEvent,
  channelsOf,
  ProtocolClient,
  serve,
  startTestBed,
} from '../testing/running-realtime.ts';

const { pool, realtime: build, twoRealtimes } = await startTestBed();
const { token } = pool;
const HOUR_MS = 3_600_000;
const now = () => Math.floor(realTimeMs() / 1000);

describe('authenticate', () => {
  it('extends the connection and its subscriptions', async () => {
    let ahead = 0;
    const realtime = await build({ clock: () => realTimeMs() + ahead });
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    const exp = now() + 3 * 3_600;
    const fresh = token('ada', { exp });
    expect(await client.ask({ action: 'authenticate', id: 'a', token: fresh })).toEqual({
      type: 'authenticated',
      id: 'a',
      expiresAt: new Date(exp * 1000).toISOString(),
    });
    ahead = 2 * HOUR_MS;
    const { settled } = await realtime.publish('user/ada', [anEvent('later')]);
    await settled;
    client.send({ action: 'ping', id: 'p' });
    expect(await client.next()).toMatchObject({ type: 'events', events: [{ id: 'later' }] });
  });

  it.each([
    ['another subject’s token', () => token('grace')],
    ['an expired token', () => token('ada', { exp: now() - 60 })],
    ['an ID token', () => token('ada', { token_use: 'id' })],
    ['no token', () => 'x'],
  ])('refuses %s and leaves the connection as it was', async (_, make) => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    expect(await client.ask({ action: 'authenticate', id: 'a', token: make() })).toMatchObject({
      type: 'error',
      id: 'a',
      code: 'TOKEN_INVALID',
    });
    await realtime.publish('user/ada', [anEvent('still')]);
    expect((await client.events(1)).ids).toEqual(['still']);
    const grace = { action: 'subscribe', id: 'g', channel: 'user/grace' };
    expect(await client.ask(grace)).toMatchObject({ code: 'FORBIDDEN_CHANNEL' });
  });

  it('gives the rights of new groups, and takes those of lost ones', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('sam'));
    const orders = { action: 'subscribe', id: 'o', channel: 'orders' };
    expect(await client.ask(orders)).toMatchObject({ code: 'FORBIDDEN_CHANNEL' });

    const asStaff = token('sam', { exp: now() + 4_000, 'cognito:groups': ['staff'] });
    await client.ask({ action: 'authenticate', id: 'a', token: asStaff });
    await client.subscribe('orders');

    const asCustomer = token('sam', { exp: now() + 5_000 });
    expect(await client.ask({ action: 'authenticate', id: 'b', token: asCustomer })).toMatchObject({
      type: 'authenticated',
    });
    expect(await client.next()).toEqual({
      type: 'error',
      channel: 'orders',
      code: 'FORBIDDEN_CHANNEL',
      message: 'You may no longer read orders.',
    });
    await realtime.publish('orders', [anEvent('secret')]);
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ positions: {} });
  });
});

describe('where the tables fail while a token is taken over', () => {
  const isExtended = ({ operation, body }: SeenRequest) =>
    operation === 'UpdateItem' && body.includes('expiresAt');
  const isTakenAway = ({ operation, body }: SeenRequest) =>
    operation === 'UpdateItem' && body.includes('DELETE shards');

  it.each([
    ['is taken', isExtended],
    ['takes a channel away', isTakenAway],
  ])('so that nobody knows whether it %s, the connection ends', async (_, fails) => {
    const { realtime, other, proxy } = await twoRealtimes();
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('sam', { 'cognito:groups': ['staff'] }));
    await client.subscribe('orders');
    proxy.decide((request) => (fails(request) ? 'fail' : 'pass'));
    const asCustomer = token('sam', { exp: now() + 5_000 });
    client.send({ action: 'authenticate', id: 'a', token: asCustomer });
    expect(await client.closed).toMatchObject({ code: 1000 });
    await expect.poll(() => channelsOf(other, 'sam')).toEqual([]);
  });
});

describe('a token that expires on a live connection', () => {
  async function expiring() {
    let ahead = 0;
    const realtime = await build({ clock: () => realTimeMs() + ahead });
    const { url } = await serve(realtime);
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    ahead = HOUR_MS + 1_000;
    return { realtime, client };
  }

  async function expectClosing(realtime: Realtime, client: ProtocolClient): Promise<void> {
    expect(await client.next()).toMatchObject({ type: 'closing', reason: 'token_expired' });
    await client.closed;
    await expect.poll(() => channelsOf(realtime, 'ada')).toEqual([]);
  }

  it('ends its deliveries: fan-out closes the connection instead', async () => {
    const { realtime, client } = await expiring();
    await realtime.publish('user/ada', [anEvent('too late')]);
    await expectClosing(realtime, client);
  });

  it('is noticed by a ping', async () => {
    const { realtime, client } = await expiring();
    client.send({ action: 'ping', id: 'p' });
    await expectClosing(realtime, client);
  });

  it('is noticed by the reaper', async () => {
    const { realtime, client } = await expiring();
    expect(await realtime.reap()).toBe(1);
    await expectClosing(realtime, client);
    expect(await realtime.reap()).toBe(0);
  });
});

describe('a token that is renewed at the end of the old one', () => {
  /** Two cores whose clocks show what the test makes of them, and a client of the first. */
  async function nearItsEnd() {
    let ahead = 0;
    const cores = await twoRealtimes({ clock: () => realTimeMs() + ahead });
    const { url } = await serve(cores.realtime);
    const { url: otherUrl } = await serve(cores.other);
    const expire = () => {
      ahead = HOUR_MS + 1_000;
    };
    const renew = { action: 'authenticate', id: 'a', token: token('ada', { exp: now() + 9_000 }) };
    return { ...cores, url, otherUrl, expire, renew };
  }

  it('is taken although the old one has expired', async () => {
    const { url, expire, renew } = await nearItsEnd();
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    expire();
    expect(await client.ask(renew)).toMatchObject({ type: 'authenticated', id: 'a' });
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
  });

  it('keeps the connection open for fan-out that still sees the old end of its subscription', async () => {
    const { url, expire, renew, proxy, other } = await nearItsEnd();
    const client = await ProtocolClient.open(url, token('ada'));
    await client.subscribe('user/ada');
    const { asked, release } = proxy.hold(
      ({ operation, body }) =>
        operation === 'UpdateItem' && body.includes('user/ada#0') && body.includes(':expiresAt'),
    );
    client.send(renew);
    await asked;
    expire();
    const { settled } = await other.publish('user/ada', [anEvent('missed')]);
    await settled;
    release();
    expect(await client.next()).toMatchObject({ type: 'authenticated', id: 'a' });
    await other.publish('user/ada', [anEvent('next')]);
    expect(await client.events(1)).toEqual({ ids: ['next'], seqs: [2] });
  });

  it('keeps the connection open for a reaper that still saw its old end', async () => {
    const { otherUrl, expire, renew, proxy, realtime } = await nearItsEnd();
    const client = await ProtocolClient.open(otherUrl, token('ada'));
    const { asked, release } = proxy.hold(({ operation }) => operation === 'GetItem');
    expire();
    const reaping = realtime.reap();
    await Promise.race([asked, reaping]);
    expect(await client.ask(renew)).toMatchObject({ type: 'authenticated', id: 'a' });
    release();
    await reaping;
    expect(await client.ask({ action: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
  });
});
