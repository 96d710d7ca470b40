import { decodeToken } from '@ordercast/platform/testing/access-token.ts';
import { tokenCases } from '@ordercast/platform/testing/token-cases.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADA, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';

let now = 0;
let api: TestApi;
let good: ReturnType<typeof decodeToken>;
beforeAll(async () => {
  api = await startTestApi({ clock: () => now });
  good = decodeToken(api.pool.tokenFor(ADA));
  now = Number(good.claims['iat']) * 1000;
});
afterAll(() => api.close());

describe('the order API', () => {
  it.each(tokenCases({ clocksDiffer: true }))(
    'is asked with a token $name',
    async ({ isValid, make }) => {
      const token = make({ ...good, privateKey: api.pool.privateKey });
      const headers = { Authorization: `Bearer ${token}` };
      const answer = await api.call(undefined, 'GET', '/products', { headers });
      expect(answer.status).toBe(isValid ? 200 : 401);
      if (!isValid) expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer realm=/);
    },
  );
});
