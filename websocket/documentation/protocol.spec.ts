import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseClientMessage } from '@ordercast/protocol/parse-client-message.ts';
import { serverMessageSchema } from '@ordercast/protocol/server-message.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { anEvent } from '../testing/running-realtime.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'protocol.md');

it('docs/protocol.md shows messages as they are', async () => {
  const page = await readFile(PAGE, 'utf8');
  const examples = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, json = '']) =>
    z.record(z.string(), z.unknown()).parse(JSON.parse(json)),
  );
  const sent = examples.filter((example) => 'action' in example);
  // Events stand by themselves, and mean nothing here.
  const received = examples.filter((example) => 'type' in example && !('specversion' in example));
  expect(sent.map(({ action }) => action)).toEqual([
    'subscribe',
    'unsubscribe',
    'authenticate',
    'ping',
  ]);
  expect(received.map(({ type }) => type)).toEqual([
    'subscribed',
    'pong',
    'events',
    'closing',
    'error',
  ]);
  for (const example of sent) {
    expect(parseClientMessage(JSON.stringify(example))).toMatchObject({ message: example });
  }
  for (const example of received) {
    // The page leaves the events themselves out.
    const events = Array.isArray(example.events) && example.events.map(() => anEvent('e'));
    const message = events ? { ...example, events } : example;
    expect(serverMessageSchema.parse(message)).toEqual(message);
  }
});
