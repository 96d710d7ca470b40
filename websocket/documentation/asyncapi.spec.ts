import { createRequire } from 'node:module';
import { clientMessageSchema } from '@ordercast/protocol/client-message.ts';
import { serverMessageSchema } from '@ordercast/protocol/server-message.ts';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { anEvent } from '../testing/running-realtime.ts';
import { asyncApiDocument } from './asyncapi.ts';

const require = createRequire(import.meta.url);
const document = asyncApiDocument([
  {
    title: 'Thing',
    summary: 'Something happened.',
    types: ['thing.happened', 'thing.ended'],
    source: '/things',
    data: z.object({ size: z.int() }),
  },
]);

const documentSchema = z.object({
  operations: z.record(z.string(), z.object({ action: z.enum(['send', 'receive']) })),
  components: z.object({
    messages: z.record(z.string(), z.object({ payload: z.record(z.string(), z.unknown()) })),
  }),
});

function events(changed: Record<string, unknown>) {
  const event = { ...anEvent('e'), data: { size: 1 }, ...changed };
  return { type: 'events', channel: 'c', epoch: 'e', from: 1, to: 1, events: [event] };
}

describe('the AsyncAPI document', () => {
  it('is a valid AsyncAPI 3 document', () => {
    const schema: unknown = require('@asyncapi/specs/schemas/3.0.0-without-$id.json');
    const ajv = new Ajv.default({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(schema));
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('knows every message of either side, and no other', () => {
    const { components, operations } = documentSchema.parse(document);
    const actions = clientMessageSchema.options.map(({ shape }) => shape.action.value);
    const types = serverMessageSchema.options.map(({ shape }) => shape.type.value);
    expect(Object.keys(components.messages).sort()).toEqual([...actions, ...types].sort());
    const received = Object.entries(operations).filter(([, { action }]) => action === 'receive');
    expect(received.map(([name]) => name).sort()).toEqual([...actions].sort());
  });

  it.each([
    ['events', events({}), true],
    ['events', events({ type: 'thing.ended', traceparent: '00-1-2-01' }), true],
    ['events', events({ type: 'thing.unheard-of' }), false],
    ['events', events({ source: '/elsewhere' }), false],
    ['events', events({ data: {} }), false],
    ['subscribe', { action: 'subscribe', id: '1', channel: 'orders', since: 'e.7' }, true],
    ['subscribe', { action: 'subscribe', id: '1', channel: 'orders', extra: 1 }, false],
    ['ping', { action: 'ping', id: '' }, false],
    ['closing', { type: 'closing', reason: 'signed_out', retryAfterMs: 5, new: true }, true],
    ['closing', { type: 'closing', reason: 'bored', retryAfterMs: 5 }, false],
  ])('lets a validator judge %s %j as the server does', (name, message, isValid) => {
    const { components } = documentSchema.parse(document);
    const validate = new Ajv.default({ strict: false }).compile(
      components.messages[name]?.payload ?? {},
    );
    expect(validate(message)).toBe(isValid);
  });
});
