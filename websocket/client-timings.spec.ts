import { expect, it } from 'vitest';
import { DEFAULT_TIMINGS } from './client/environment.ts';
import { API_GATEWAY_LIMITS } from '@ordercast/emulators/api-gateway/gateway-limits.ts';

const { connectionMs, idleMs, integrationTimeoutMs } = API_GATEWAY_LIMITS;
const timings = DEFAULT_TIMINGS;
/** A ping is due at up to this many times `pingEveryMs`. */
const MAX_PING_JITTER = 1.1;

it('the client has replaced its connection before API Gateway ends it, however slow each step is', () => {
  const { renewAfterMaxMs, tokenTimeoutMs, connectTimeoutMs, replaceTimeoutMs } = timings;
  const slowest = renewAfterMaxMs + tokenTimeoutMs + connectTimeoutMs + replaceTimeoutMs;
  expect(slowest).toBeLessThan(connectionMs);
});

it('the client never is silent for so long that API Gateway takes it for idle', () => {
  const { pingEveryMs, pongTimeoutMs } = timings;
  expect(MAX_PING_JITTER * pingEveryMs + pongTimeoutMs).toBeLessThan(idleMs);
});

it('the client waits for a handshake for as long as API Gateway gives it', () => {
  expect(timings.connectTimeoutMs).toBeGreaterThan(integrationTimeoutMs);
});
