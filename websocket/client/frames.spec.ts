import type { CloudEvent as ProtocolEvent } from '@ordercast/protocol/cloud-event.ts';
import { CLOSING_REASONS, ERROR_CODES } from '@ordercast/protocol/server-message.ts';
import type { ErrorCode, ServerMessage } from '@ordercast/protocol/server-message.ts';
import { expect, expectTypeOf, it } from 'vitest';
import type { CloudEvent, ServerErrorCode, ServerFrame } from './frames.ts';
import { readFrame } from './frames.ts';

const event: ProtocolEvent = {
  specversion: '1.0',
  id: '1',
  type: 'order.placed',
  source: '/orders',
  time: '2026-01-01T00:00:00.000Z',
  data: {},
};
const events = { type: 'events', channel: 'c', epoch: 'e', from: 3, to: 4, events: [event, event] };

it('has the types of the protocol', () => {
  expectTypeOf<CloudEvent>().toExtend<ProtocolEvent>();
  expectTypeOf<ProtocolEvent>().toExtend<CloudEvent>();
  expectTypeOf<ServerErrorCode>().toEqualTypeOf<ErrorCode>();
  expectTypeOf<ServerMessage>().toExtend<ServerFrame>();
});

it('reads every message of the protocol', () => {
  const messages: ServerMessage[] = [
    { type: 'subscribed', id: '1', channel: 'c', position: 'e.0', recovered: true },
    { type: 'unsubscribed', id: '1', channel: 'c' },
    { type: 'authenticated', id: '1', expiresAt: '2026-01-01T00:00:00.000Z' },
    { type: 'pong', id: '1', positions: { c: 'e.4' } },
    ...ERROR_CODES.map((code) => ({ type: 'error' as const, code, message: 'm' })),
    ...CLOSING_REASONS.map((reason) => ({ type: 'closing' as const, reason, retryAfterMs: 0 })),
    { type: 'events', channel: 'c', epoch: 'e', from: 3, to: 4, events: [event, event] },
  ];
  for (const message of messages) expect(readFrame(JSON.stringify(message))).toEqual(message);
});

it.each([
  { ...events, to: 5 },
  { ...events, from: 0, to: 1 },
  { ...events, from: 2.5, to: 3.5 },
  { ...events, events: [event, null] },
  { ...events, events: [], to: 2 },
  { ...events, epoch: 1 },
  { type: 'subscribed', id: '1', position: 'e.1' },
  { type: 'closing', reason: 'too_slow', retryAfterMs: '5' },
  { type: 'pong', id: '1', positions: [] },
  { type: 7 },
  'text',
  null,
])('takes no malformed frame: %j', (value) => {
  expect(readFrame(JSON.stringify(value))).toBe('malformed');
});

it('takes no binary frame', () => {
  expect(readFrame(new ArrayBuffer(2))).toBe('malformed');
});

it('tells a frame of a later protocol from a malformed one', () => {
  expect(readFrame('{"type":"constructor"}')).toBe('unknown');
});
