import { expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { HeldCalls } from '../testing/held-calls.ts';
import { MemoryStorage } from '../testing/memory-storage.ts';
import { UnsentTexts } from '../storage/unsent-texts.ts';
import { AnnouncementDraft } from './announcement-draft.svelte.ts';

function draftOf(text: string) {
  const publications = new HeldCalls<[text: string], undefined>();
  const storage = new MemoryStorage();
  const begin = () =>
    new AnnouncementDraft({ publish: publications.call }, new UnsentTexts(storage, 'alex'));
  const draft = begin();
  draft.text = text;
  return { draft, publications, storage, begin };
}

it('an announcement that was begun is there after a reload, until it is published', async () => {
  const { publications, storage, begin } = draftOf('Closed on Mon');
  const reloaded = begin();
  expect(reloaded.text).toBe('Closed on Mon');
  const publishing = reloaded.publish();
  expect(begin().text).toBe('Closed on Mon');
  publications.at(0).answer(undefined);
  await publishing;
  expect([begin().text, storage.length]).toEqual(['', 0]);
});

it('an announcement is published without the blanks around it, and the next one begins empty', async () => {
  const { draft, publications } = draftOf(' Closed on Monday ');
  const publishing = draft.publish();
  publications.at(0).answer(undefined);
  await publishing;
  expect([publications.at(0).args, draft.text, draft.isPublished]).toEqual([
    ['Closed on Monday'],
    '',
    true,
  ]);
  draft.text = 'O';
  expect(draft.isPublished).toBe(false);
});

it('an announcement that could not be published is kept', async () => {
  const { draft, publications } = draftOf('Closed');
  const publishing = draft.publish();
  publications.at(0).fail(new ApiError('unavailable', 'Busy.', 503));
  await publishing;
  expect([draft.text, draft.isPublished]).toEqual(['Closed', false]);
  expect(draft.form.error).toContain('busy');
});

it('what is typed while an announcement is on its way is kept as the next one', async () => {
  const { draft, publications } = draftOf('Closed');
  const publishing = draft.publish();
  draft.text = 'Open again';
  publications.at(0).answer(undefined);
  await publishing;
  expect(draft.text).toBe('Open again');
});

it('an announcement of blanks alone is not sent', async () => {
  const { draft, publications } = draftOf(' ');
  await draft.publish();
  expect([publications.all.length, draft.form.fieldErrors.text]).toEqual([
    0,
    'Write what everybody should know.',
  ]);
});

it('what was wrong with an announcement is told until it is changed, or until another page is looked at', async () => {
  for (const answer of ['change', 'leave'] as const) {
    const { draft, publications } = draftOf('');
    const settle = () => (answer === 'change' ? (draft.text = 'Open') : draft.forgetOutcome());
    await draft.publish();
    settle();
    expect(draft.form.fieldErrors).toEqual({});
    draft.text = 'Closed';
    const publishing = draft.publish();
    publications.at(0).fail(new ApiError('not-sent', 'You are offline.'));
    await publishing;
    expect(draft.form.error).toContain('offline');
    settle();
    expect(draft.form.error).toBeUndefined();
  }
});

it('that an announcement went out is no news to who comes back, but it is to who left before', async () => {
  const { draft, publications } = draftOf('Closed');
  const publishing = draft.publish();
  draft.forgetOutcome();
  publications.at(0).answer(undefined);
  await publishing;
  expect(draft.isPublished).toBe(true);
  draft.forgetOutcome();
  expect(draft.isPublished).toBe(false);
});

it('an announcement that is too long is neither cut nor sent', () => {
  const { draft, publications } = draftOf('x'.repeat(2_001));
  void draft.publish();
  expect([publications.all.length, draft.text.length, draft.isTooLong]).toEqual([0, 2_001, true]);
});
