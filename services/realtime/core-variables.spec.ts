import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CORE_VARIABLES, coreSettings } from './core-variables.ts';

const schema = z.object(CORE_VARIABLES);
const REQUIRED = {
  AWS_REGION: 'us-east-1',
  COGNITO_ISSUER: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool',
  COGNITO_CLIENT_ID: 'client',
};
const settingsOf = (environment: Record<string, string>) =>
  coreSettings(schema.parse({ ...REQUIRED, ...environment }));

describe('the variables of the realtime core', () => {
  it('set the posts a second, half of them at once, and the partitions of broadcasts', () => {
    const { policy, senderLimits } = settingsOf({
      POSTS_PER_SECOND: '501',
      BROADCAST_SHARDS: '12',
    });
    expect(senderLimits).toEqual({ postsPerSecond: 501, postsBurst: 251 });
    expect(['announcements', 'orders', 'user/ada'].map((name) => policy(name)?.shards)).toEqual([
      12, 2, 1,
    ]);
  });

  it('leave what they do not name as it is', () => {
    const { policy, senderLimits } = settingsOf({});
    expect(senderLimits).toEqual({});
    expect(policy('announcements')?.shards).toBe(8);
  });

  it.each<Record<string, string>>([
    { POSTS_PER_SECOND: '0' },
    { POSTS_PER_SECOND: '-5' },
    { POSTS_PER_SECOND: 'many' },
    { POSTS_PER_SECOND: '' },
    { POSTS_PER_SECOND: 'Infinity' },
    { POSTS_PER_SECOND: '1e9' },
    { POSTS_PER_SECOND: '100001' },
    { POSTS_PER_SECOND: '0.5' },
    { BROADCAST_SHARDS: '0' },
    { BROADCAST_SHARDS: '2.5' },
    { BROADCAST_SHARDS: '1001' },
    { BROADCAST_SHARDS: 'eight' },
  ])('are refused as %o', (environment) => {
    expect(() => settingsOf(environment)).toThrow(/must be a whole number from 1 to 1000(00)?/);
  });
});
