import { newAnnouncementSchema } from '@ordercast/contract/announcement.ts';
import { expect, it } from 'vitest';
import { ApiError, apiErrorText } from './api-error.ts';

function invalid(errors: { path: string; message: string }[]): ApiError {
  const problem = { type: 'x', title: 'Bad request', status: 400, detail: 'It does not fit.' };
  return ApiError.ofAnswer(400, { ...problem, instance: '/', requestId: 'r', errors });
}

it('a refusal says each thing once, in sentences', () => {
  const error = invalid([
    { path: 'q', message: 'must be short' },
    { path: 'cursor', message: 'must be short' },
    { path: 'note', message: 'Too odd.' },
  ]);
  expect(apiErrorText(error)).toBe('It does not fit. Must be short. Too odd.');
});

it('a text that is too long is one fault, in whatever unit', () => {
  const tooLong = newAnnouncementSchema.safeParse({ text: 'x'.repeat(2_001) });
  expect(tooLong.error?.issues.map(({ message }) => message)).toEqual([
    'must be at most 2000 UTF-16 units long (an emoji is two or more)',
  ]);
});

it('a request that was not sent says so', () => {
  const text = 'You are offline, so nothing was sent.';
  expect(apiErrorText(new ApiError('not-sent', text))).toBe(text);
});
