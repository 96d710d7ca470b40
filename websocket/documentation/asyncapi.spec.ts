import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { clientMessageSchema } from '@ordercast/protocol/client-message.ts';
import { serverMessageSchema } from '@ordercast/protocol/server-message.ts';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asyncApiDocument } from './asyncapi.ts';

const require = createRequire(import.meta.url);
const DOCUMENT = join(import.meta.dirname, '..', '..', 'docs', 'asyncapi.json');

const documentSchema = z.object({
  operations: z.record(z.string(), z.object({ action: z.enum(['send', 'receive']) })),
  components: z.object({
    messages: z.record(z.string(), z.object({ payload: z.record(z.string(), z.unknown()) })),
  }),
});

describe('docs/asyncapi.json', () => {
  it('is what the schemas say; where it is not, run: npm run docs:asyncapi', async () => {
    expect(JSON.parse(await readFile(DOCUMENT, 'utf8'))).toEqual(asyncApiDocument());
  });

  it('is a valid AsyncAPI 3 document', () => {
    const schema: unknown = require('@asyncapi/specs/schemas/3.0.0-without-$id.json');
    const ajv = new Ajv.default({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(schema));
    validate(asyncApiDocument());
    expect(validate.errors ?? []).toEqual([]);
  });

  it('knows every message of either side, and no other', () => {
    const { components, operations } = documentSchema.parse(asyncApiDocument());
    const actions = clientMessageSchema.options.map(({ shape }) => shape.action.value);
    const types = serverMessageSchema.options.map(({ shape }) => shape.type.value);
    expect(Object.keys(components.messages).sort()).toEqual([...actions, ...types].sort());
    const received = Object.entries(operations).filter(([, { action }]) => action === 'receive');
    expect(received.map(([name]) => name).sort()).toEqual([...actions].sort());
  });

  it.each([
    ['subscribe', { action: 'subscribe', id: '1', channel: 'orders', since: 'e.7' }, true],
    ['subscribe', { action: 'subscribe', id: '1', channel: 'orders', extra: 1 }, false],
    ['ping', { action: 'ping', id: '' }, false],
    ['closing', { type: 'closing', reason: 'signed_out', retryAfterMs: 5, new: true }, true],
    ['closing', { type: 'closing', reason: 'bored', retryAfterMs: 5 }, false],
  ])('lets a validator judge %s %j as the server does', (name, message, isValid) => {
    const { components } = documentSchema.parse(asyncApiDocument());
    const validate = new Ajv.default({ strict: false }).compile(
      components.messages[name]?.payload ?? {},
    );
    expect(validate(message)).toBe(isValid);
  });
});
