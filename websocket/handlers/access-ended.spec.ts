import { describe, expect, it } from 'vitest';
import { anEvent, ProtocolClient, serve, startTestBed } from '../testing/running-realtime.ts';

const { pool, realtime: build } = await startTestBed();

/** CloudTrail's record of a call of Cognito, as EventBridge hands it on. */
function record(eventName: string, changes: Record<string, unknown> = {}) {
  return {
    source: 'aws.cognito-idp',
    'detail-type': 'AWS API Call via CloudTrail',
    detail: {
      eventSource: 'cognito-idp.amazonaws.com',
      eventName,
      eventTime: new Date().toISOString().replace(/\.\d+Z/, 'Z'),
      additionalEventData: { sub: 'ada' },
      ...changes,
    },
  };
}

const issuedAgo = (seconds: number) => ({ iat: Math.floor(Date.now() / 1000) - seconds });

describe('the end of an access', () => {
  it.each(['GlobalSignOut', 'AdminUserGlobalSignOut', 'AdminDisableUser', 'AdminDeleteUser'])(
    'by %s ends every connection of that subject, and its tokens open none again',
    async (call) => {
      const realtime = await build();
      const { url } = await serve(realtime);
      const old = pool.token('ada', issuedAgo(60));
      const clients = await Promise.all([1, 2].map(() => ProtocolClient.open(url, old)));
      const grace = await ProtocolClient.open(url, pool.token('grace'));
      for (const client of clients) await client.subscribe('user/ada');
      await grace.subscribe('announcements');

      await realtime.accessEnded(record(call));
      for (const client of clients) {
        expect(await client.next()).toMatchObject({ type: 'closing', reason: 'signed_out' });
        await client.closed;
      }
      await expect(ProtocolClient.open(url, old)).rejects.toThrow(/401/);
      expect(await grace.ask({ action: 'authenticate', id: 'a', token: old })).toMatchObject({
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
    const old = pool.token('ada', issuedAgo(60));
    await realtime.accessEnded(record('GlobalSignOut'));
    const authorize = (token: string) =>
      realtime.authorizer({
        methodArn: 'arn:aws:execute-api:us-east-1:000000000000:api/realtime/$connect',
        headers: { 'Sec-WebSocket-Protocol': `ordercast.v1, bearer.${token}` },
      });
    await expect(authorize(old)).rejects.toThrow('Unauthorized');
    const later = pool.token('ada', issuedAgo(-2));
    expect(await authorize(later)).toMatchObject({ principalId: 'ada' });
    const again = await ProtocolClient.open(url, later);
    expect(await again.ask({ action: 'authenticate', id: 'a', token: old })).toMatchObject({
      code: 'TOKEN_INVALID',
    });
    expect(await again.ask({ action: 'authenticate', id: 'b', token: later })).toMatchObject({
      type: 'authenticated',
    });
  });

  it('also reaches a connection that is just being made', async () => {
    const realtime = await build();
    const connecting = Promise.withResolvers<undefined>();
    const { url } = await serve({
      ...realtime,
      connect: async (event) => {
        await connecting.promise;
        return realtime.connect(event);
      },
    });
    const opening = ProtocolClient.open(url, pool.token('ada', issuedAgo(60)));
    const refused = expect(opening).rejects.toThrow(/401/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await realtime.endAccess('ada', Date.now());
    connecting.resolve(undefined);
    await refused;
    const left = [];
    for await (const page of realtime.registry.connections({ sub: 'ada' })) left.push(...page);
    expect(left).toEqual([]);
  });

  it.each([
    ['a call that failed', record('GlobalSignOut', { errorCode: 'NotAuthorizedException' })],
    ['another call', record('AdminGetUser')],
    ['a call without a subject', record('GlobalSignOut', { additionalEventData: undefined })],
  ])('does not follow from %s', async (_what, event) => {
    const realtime = await build();
    const { url } = await serve(realtime);
    await realtime.accessEnded(event);
    const client = await ProtocolClient.open(url, pool.token('ada', issuedAgo(60)));
    await client.subscribe('user/ada');
  });
});
