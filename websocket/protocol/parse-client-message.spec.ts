import { describe, expect, it } from 'vitest';
import { parseClientMessage } from './parse-client-message.ts';

const parse = (message: unknown) => parseClientMessage(JSON.stringify(message));

describe('parseClientMessage', () => {
  it.each([
    { action: 'subscribe', id: '1', channel: 'orders' },
    { action: 'subscribe', id: '1', channel: 'orders', since: 'abc.0' },
    { action: 'unsubscribe', id: '1', channel: 'orders' },
    { action: 'authenticate', id: '1', token: 'x.y.z' },
    { action: 'ping', id: '1' },
  ])('reads $action', (message) => {
    const { id, channel } = { channel: undefined, ...message };
    const about = { id, ...(channel !== undefined && { channel }) };
    expect(parse(message)).toEqual({ ok: true, about, message });
  });

  it('names each field at fault and echoes the id', () => {
    const parsed = parse({ action: 'subscribe', id: 'x', channel: '', since: 5 });
    expect(parsed).toMatchObject({ ok: false, about: { id: 'x' }, code: 'BAD_REQUEST' });
    expect(!parsed.ok && parsed.message).toMatch(/channel: .*since: /);
  });

  it.each([
    ['an id that is too long', { action: 'ping', id: 'x'.repeat(65) }],
    ['an empty id', { action: 'ping', id: '' }],
    ['a channel that is too long', { action: 'subscribe', channel: 'x'.repeat(129) }],
    ['an empty channel', { action: 'subscribe', channel: '' }],
    ['what is in no object', ['id']],
  ])('does not echo %s', (_, message) => {
    expect(parse(message)).toMatchObject({ ok: false, about: {} });
    expect(parse(message).about).toEqual({});
  });

  it('says which actions there are', () => {
    expect(parse({ action: 'toString', id: 'x' })).toMatchObject({
      ok: false,
      about: { id: 'x' },
      code: 'UNKNOWN_ACTION',
      message: 'There is no such action; there are subscribe, unsubscribe, authenticate, ping.',
    });
  });
});
