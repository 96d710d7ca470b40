import { orderSchema } from '@ordercast/contract/order.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { claimOutbox } from '../outbox/outbox.ts';
import { ADA, ALEX, SAM, startTestApi } from '../testing/test-api.ts';

const documentSchema = z.object({ paths: z.record(z.string(), z.looseObject({})) });

it('what a customer reads, and what is published, holds the sub of nobody else', async () => {
  const api = await startTestApi();
  const placed = await api.call(ADA, 'POST', '/orders', {
    body: { lines: [{ productId: 'tea', quantity: 1 }] },
  });
  const { id } = orderSchema.parse(placed.body);
  const moved = await api.call(SAM, 'POST', `/orders/${id}/transitions`, {
    body: { to: 'confirmed' },
    headers: { 'If-Match': '"1"' },
  });
  const told = await api.call(ALEX, 'POST', '/announcements', { body: { text: 'Hello' } });
  expect([moved.status, told.status]).toEqual([200, 201]);

  const { paths } = documentSchema.parse((await api.call(ADA, 'GET', '/openapi.json')).body);
  const readable = Object.keys(paths).filter((path) => paths[path]?.['get'] !== undefined);
  expect(readable).toEqual(expect.arrayContaining(['/orders/{id}/timeline', '/announcements']));
  const answers = await Promise.all(
    readable.map((path) => api.call(ADA, 'GET', path.replace('{id}', id))),
  );
  const rows = await claimOutbox(api.database.db, { limit: 100, held: new Set<string>() });
  const left = [moved, told, ...answers].map(({ text }) => text);
  expect(rows).toHaveLength(3);
  for (const text of [...left, ...rows.map(({ event }) => event)]) {
    expect(text).not.toContain(SAM.sub);
    expect(text).not.toContain(ALEX.sub);
  }
  await api.close();
});
