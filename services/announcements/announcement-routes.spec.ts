import { announcementPageSchema, announcementSchema } from '@ordercast/contract/announcement.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { claimOutbox } from '../outbox/outbox.ts';
import { ADA, ALEX, SAM, startTestApi } from '../testing/test-api.ts';
import type { TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const announce = (text: unknown, user = ALEX) =>
  api.call(user, 'POST', '/announcements', { body: { text } });

describe('announcements', () => {
  it('are made by admins, read by all, and go to everybody through the outbox', async () => {
    const answer = await announce('We close at noon.');
    expect(answer.status).toBe(201);
    const by = { name: 'Alex Adeyemi', role: 'admin' };
    const { id, at } = announcementSchema.parse(answer.body);
    const announcement = { id, at, text: 'We close at noon.', by };
    expect(answer.body).toEqual({ ...announcement, by: { ...by, self: true } });
    const [row] = await claimOutbox(api.database.db, { limit: 10, held: new Set<string>() });
    expect(JSON.parse(row?.channels ?? '')).toEqual(['announcements']);
    const event = z.object({ type: z.string(), data: z.unknown() });
    expect(event.parse(JSON.parse(row?.event ?? ''))).toEqual({
      type: 'announcement.published',
      data: announcement,
    });
    expect(api.commits()).toBe(1);
    for (const user of [ADA, SAM]) {
      const page = await api.call(user, 'GET', '/announcements');
      expect(page.body).toEqual({ items: [announcement], nextCursor: null });
    }
    const own = await api.call(ALEX, 'GET', '/announcements');
    expect(own.body).toEqual({ items: [answer.body], nextCursor: null });
  });

  it('come newest first, page by page', async () => {
    const texts = ['one', 'two', 'three'];
    for (const text of texts) await announce(text);
    const first = announcementPageSchema.parse(
      (await api.call(ADA, 'GET', '/announcements?limit=2')).body,
    );
    expect(first.items.map(({ text }) => text)).toEqual(['three', 'two']);
    const second = announcementPageSchema.parse(
      (await api.call(ADA, 'GET', `/announcements?limit=2&cursor=${first.nextCursor}`)).body,
    );
    expect(second.items.map(({ text }) => text)).toEqual(['one', 'We close at noon.']);
    expect(second.nextCursor).toBeNull();
  });

  it('are for admins only to make, before anything is read of the body', async () => {
    for (const user of [ADA, SAM]) {
      expect((await announce('Hello', user)).status).toBe(403);
      expect((await announce(undefined, user)).status).toBe(403);
    }
  });

  it.each([undefined, '', '  ', 7, 'x'.repeat(2001), 'a\0', '\udc00'])(
    'are refused with the text %j',
    async (text) => {
      expect((await announce(text)).status).toBe(400);
    },
  );
});
