import { describe, expect, it } from 'vitest';
import { newOrderSchema, transitionSchema } from './order.ts';
import { newAnnouncementSchema } from './announcement.ts';

const lines = [{ productId: 'p', quantity: 1 }];

it('an announcement in which nothing shows is refused', () => {
  for (const text of ['', ' \n', '\u200b', '\u3164\u2800']) {
    expect(newAnnouncementSchema.safeParse({ text }).error?.issues).toMatchObject([
      { path: ['text'], message: 'must not be blank' },
    ]);
  }
  expect(newAnnouncementSchema.safeParse({ text: '🎉' }).success).toBe(true);
});

describe('limits on text', () => {
  it.each([
    ['a note', (text: string) => newOrderSchema.safeParse({ lines, note: text }), 4000],
    [
      'a reason',
      (text: string) => transitionSchema.safeParse({ to: 'cancelled', reason: text }),
      500,
    ],
    ['an announcement', (text: string) => newAnnouncementSchema.safeParse({ text }), 2000],
  ])('count UTF-16 units in %s, as its column does', (_name, parse, units) => {
    expect(parse('a'.repeat(units)).success).toBe(true);
    expect(parse('a'.repeat(units + 1)).success).toBe(false);
    expect(parse('😀'.repeat(units / 2)).success).toBe(true);
    expect(parse(`${'😀'.repeat(units / 2)}a`).success).toBe(false);
    expect(parse('שלום'.repeat(units / 4)).success).toBe(true);
  });
});
