import { describe, expect, it } from 'vitest';
import type { ClientOptions } from 'ws';
import { refusal, TestClient } from '@ordercast/emulators/api-gateway/testing/running-gateway.ts';
import { ProtocolClient, serve, startTestBed } from '../testing/running-realtime.ts';
import { createLogger } from '@ordercast/platform/logger.ts';
import { realTimeMs } from '@ordercast/platform/testing/real-time.ts';

const { pool, realtime: build } = await startTestBed();
const { token } = pool;
const keysAsked = () => pool.calls.get('jwks') ?? 0;
const now = () => Math.floor(realTimeMs() / 1000);

describe('connecting', () => {
  it('is refused with 401 without a token, and with two', async () => {
    const { url } = await serve(await build());
    const bearer = `bearer.${token('ada')}`;
    expect(await refusal(url)).toMatchObject({ status: 401 });
    expect(await refusal(url, ['ordercast.v1'])).toMatchObject({ status: 401 });
    expect(await refusal(url, ['ordercast.v1', 'bearer.'])).toMatchObject({ status: 401 });
    const two = ['ordercast.v1', bearer, `bearer.${token('grace')}`];
    expect(await refusal(url, two)).toMatchObject({ status: 401 });
  });

  it('does not take the token from the query', async () => {
    const { url } = await serve(await build());
    const query = `?access_token=${token('ada')}&token=${token('ada')}`;
    expect(await refusal(url + query, ['ordercast.v1'])).toMatchObject({ status: 401 });
  });

  it('is taken with the groups of the token', async () => {
    const realtime = await build();
    const { url } = await serve(realtime);
    await ProtocolClient.open(url, token('sam', { 'cognito:groups': ['staff'] }));
    const groups: unknown[] = [];
    for await (const page of realtime.registry.connections({ sub: 'sam' })) {
      groups.push(...page.map((connection) => connection.groups));
    }
    expect(groups).toEqual([['staff']]);
  });

  it('is refused with 403 from a foreign page, taken from ours and from programs', async () => {
    const { url } = await serve(await build());
    const offers = ['ordercast.v1', `bearer.${token('ada')}`];
    for (const origin of ['https://evil.example', 'http://localhost:8081', 'null']) {
      expect(await refusal(url, offers, { origin })).toMatchObject({ status: 403 });
    }
    const fromPage = await ProtocolClient.open(url, token('ada'), {
      origin: 'http://localhost:8080',
    });
    expect(fromPage.socket.protocol).toBe('ordercast.v1');
    await ProtocolClient.open(url, token('ada'));
  });

  it('leaves no more of what a stranger sends than a short line in the log', async () => {
    const lines: string[] = [];
    const logger = createLogger('test', {
      destination: { write: (line) => void lines.push(line) },
    });
    const { url } = await serve(await build({ logger }));
    const long = 'x'.repeat(10_000);
    const offers = ['ordercast.v1', `bearer.${token('ada')}`];
    expect(await refusal(url, offers, { origin: `https://${long}.example` })).toMatchObject({
      status: 403,
    });
    const [, payload = '', signature = ''] = token('ada').split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: long.slice(5_000) }));
    const forged = `bearer.${[header.toString('base64url'), payload, signature].join('.')}`;
    expect(await refusal(url, ['ordercast.v1', forged])).toMatchObject({ status: 401 });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/"origin":"https:\/\/x+…","msg":"origin refused"/);
    expect(lines[1]).toContain('"msg":"token refused"');
    for (const line of lines) expect(line.length).toBeLessThan(1_000);
  });

  it('takes the subprotocols in any order, and ignores others beside them', async () => {
    const { url } = await serve(await build());
    const offers = ['other', `bearer.${token('ada')}`, 'ordercast.v1'];
    const { socket } = await TestClient.open(url, offers);
    expect(socket.protocol).toBe('ordercast.v1');
  });

  it('takes the subprotocols in several lines, as RFC 6455 lets a client write them', async () => {
    const { url } = await serve(await build());
    const bearer = `bearer.${token('ada')}`;
    const inLines = (lines: string[]): ClientOptions => ({
      finishRequest: (request) => {
        request.setHeader('Sec-WebSocket-Protocol', lines);
        request.end();
      },
    });
    for (const lines of [
      ['ordercast.v1', bearer],
      [bearer, 'ordercast.v1'],
      ['ordercast.v1,other', `another, ${bearer}`],
    ]) {
      const { socket } = await TestClient.open(url, ['ordercast.v1'], inLines(lines));
      expect(socket.protocol).toBe('ordercast.v1');
    }
    // Two tokens are two, also where only the last line's were looked at.
    const two = inLines([`ordercast.v1, bearer.${token('grace')}`, bearer]);
    expect(await refusal(url, ['ordercast.v1'], two)).toMatchObject({ status: 401 });
  });

  it('is refused with 400 by a client that does not speak the protocol', async () => {
    const { url } = await serve(await build());
    expect(await refusal(url, [`bearer.${token('ada')}`])).toMatchObject({ status: 400 });
  });

  it('asks for the keys once, and seldom for unknown ones', async () => {
    const { url } = await serve(await build());
    const before = keysAsked();
    await ProtocolClient.open(url, token('ada'));
    await ProtocolClient.open(url, token('grace'));
    expect(keysAsked()).toBe(before + 1);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await refusal(url, ['ordercast.v1', `bearer.${token('ada', {}, { kid: `no${attempt}` })}`]);
    }
    expect(keysAsked()).toBe(before + 2);
    await ProtocolClient.open(url, token('ada'));
  });

  it('is a failure of ours, not of the bearer, where the keys cannot be had', async () => {
    const { url } = await serve(await build());
    pool.setMode('down');
    try {
      const offers = ['ordercast.v1', `bearer.${token('ada')}`];
      expect(await refusal(url, offers)).toMatchObject({ status: 500 });
    } finally {
      pool.setMode('up');
    }
    await ProtocolClient.open(url, token('ada'));
  });

  it('logs why a token was refused, and never the token', async () => {
    const lines: unknown[][] = [];
    const log = (...line: unknown[]) => void lines.push(line);
    const { url } = await serve(await build({ logger: { info: log, warn: log, error: log } }));
    const bad = token('ada', { exp: now() - 100 });
    await refusal(url, ['ordercast.v1', `bearer.${bad}`]);
    const text = JSON.stringify(lines);
    expect(text).toContain('token refused');
    for (const part of bad.split('.')) expect(text).not.toContain(part);
  });
});
