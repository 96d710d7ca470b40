import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';
import { describe, expect, it } from 'vitest';
import type { Realtime } from '../realtime.ts';
import { anEvent, ProtocolClient, serve, startTestBed } from '../testing/running-realtime.ts';

const { pool, realtime: build, twoRealtimes } = await startTestBed();

/** CloudTrail's record of a call of Cognito, as EventBridge hands it on. */
function record(eventName: string, changes: Record<string, unknown> = {}) {
  return {
    source: 'aws.cognito-idp',
    'detail-type': 'AWS API Call via CloudTrail',
    detail: {
      eventSource: 'cognito-idp.amazonaws.com',
      eventName,
      eventTime: new Date(realTimeMs()).toISOString().replace(/\.\d+Z/, 'Z'),
      additionalEventData: { sub: 'ada' },
      ...changes,
    },
  };
}

const issuedAgo = (seconds: number) => ({ iat: Math.floor(realTimeMs() / 1000) - seconds });
const old = () => pool.token('ada', issuedAgo(60));

async function connectionsOf(realtime: Realtime): Promise<unknown[]> {
  const connections = [];
  for await (const page of realtime.registry.connections()) connections.push(...page);
  return connections;
}

describe('the end of an access', () => {
  it.each(['GlobalSignOut', 'AdminUserGlobalSignOut', 'AdminDisableUser', 'AdminDeleteUser'])(
    'by %s ends every connection of that subject, and its tokens open none again',
    async (call) => {
      const realtime = await build();
      const { url } = await serve(realtime);
      const token = old();
      const clients = await Promise.all([1, 2].map(() => ProtocolClient.open(url, token)));
      const grace = await ProtocolClient.open(url, pool.token('grace'));
      for (const client of clients) await client.subscribe('user/ada');
      await grace.subscribe('announcements');

      await realtime.accessEnded(record(call));
      for (const client of clients) {
        expect(await client.next()).toMatchObject({ type: 'closing', reason: 'signed_out' });
        await client.closed;
      }
      await expect(ProtocolClient.open(url, token)).rejects.toThrow(/401/);
      expect(await grace.ask({ action: 'authenticate', id: 'a', token })).toMatchObject({
        code: 'TOKEN_INVALID',
      });
      await realtime.publish('announcements', [anEvent('e1')]);
      expect((await grace.events(1)).ids).toEqual(['e1']);
      const later = pool.token('ada', issuedAgo(-2));
      const again = await ProtocolClient.open(url, later);
      await again.subscribe('user/ada');
    },
  );

  it('voids the tokens of before for the authorizer, and for a connection made after', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    const token = old();
    await realtime.accessEnded(record('GlobalSignOut'));
    const authorize = (bearer: string) =>
      realtime.authorizer({
        methodArn: 'arn:aws:execute-api:us-east-1:000000000000:api/realtime/$connect',
        headers: { 'Sec-WebSocket-Protocol': `ordercast.v1, bearer.${bearer}` },
      });
    await expect(authorize(token)).rejects.toThrow('Unauthorized');
    const later = pool.token('ada', issuedAgo(-2));
    expect(await authorize(later)).toMatchObject({ principalId: 'ada' });
    const again = await ProtocolClient.open(url, later);
    expect(await again.ask({ action: 'authenticate', id: 'a', token })).toMatchObject({
      code: 'TOKEN_INVALID',
    });
    expect(await again.ask({ action: 'authenticate', id: 'b', token: later })).toMatchObject({
      type: 'authenticated',
    });
  });

  it('reaches a connection that the authorizer let in and that is not made yet', async () => {
    const realtime = await build();
    const connecting = Promise.withResolvers<undefined>();
    const released = Promise.withResolvers<undefined>();
    const { url } = await serve({
      ...realtime,
      connect: async (event) => {
        connecting.resolve(undefined);
        await released.promise;
        return realtime.connect(event);
      },
    });
    const refused = expect(ProtocolClient.open(url, old())).rejects.toThrow(/401/);
    await connecting.promise;
    await realtime.endAccess('ada', realTimeMs());
    released.resolve(undefined);
    await refused;
    expect(await connectionsOf(realtime)).toEqual([]);
  });

  it.each([
    ['row', 'connections'],
    ['place on the channel of its subject', 'subscriptions'],
  ])('reaches a connection whose %s is just being put', async (_what, table) => {
    const { realtime, other, proxy } = await twoRealtimes();
    const { url } = await serve(realtime);
    const { asked, release } = proxy.hold(
      ({ operation, body }) => operation === 'PutItem' && body.includes(`-${table}"`),
    );
    const opening = ProtocolClient.open(url, old()).then(
      () => 'open',
      (error: unknown) => String(error),
    );
    await asked;
    await other.endAccess('ada', realTimeMs());
    release();
    expect(await opening).toMatch(/401/);
    expect(await connectionsOf(other)).toEqual([]);
  });

  it('reaches a connection that is made while the end is noted', async () => {
    const { realtime, other, proxy } = await twoRealtimes();
    const { url } = await serve(other);
    const { asked, release } = proxy.hold(
      ({ operation, body }) => operation === 'PutItem' && body.includes('revokedAt'),
    );
    const ended = realtime.endAccess('ada', realTimeMs());
    await asked;
    const client = await ProtocolClient.open(url, old());
    release();
    await ended;
    expect(await connectionsOf(other)).toEqual([]);
    expect(await client.next()).toMatchObject({ type: 'closing', reason: 'signed_out' });
    await client.closed;
  });

  it.each([
    ['a call that failed', record('GlobalSignOut', { errorCode: 'NotAuthorizedException' })],
    ['another call', record('AdminGetUser')],
    ['a call without a subject', record('GlobalSignOut', { additionalEventData: undefined })],
  ])('does not follow from %s', async (_what, event) => {
    const realtime = await build();
    const { url } = await serve(realtime);
    await realtime.accessEnded(event);
    const client = await ProtocolClient.open(url, old());
    await client.subscribe('user/ada');
  });
});
