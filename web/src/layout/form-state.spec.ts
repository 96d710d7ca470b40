import { expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { AuthError } from '../auth/auth-error.ts';
import { HeldCalls } from '../testing/held-calls.ts';
import { emptyFields, FormState } from './form-state.svelte.ts';

const textOf = (cause: unknown) => (cause instanceof Error ? cause.message : 'unknown');

it('a form is sent once, however often the button is pressed', async () => {
  const form = new FormState();
  const sends = new HeldCalls<[], undefined>();
  const first = form.submit(() => ({}), sends.call, textOf);
  const second = form.submit(() => ({}), sends.call, textOf);
  expect([form.busy, sends.all.length]).toEqual([true, 1]);
  expect(await second).toBe(false);
  sends.at(0).answer(undefined);
  expect([await first, form.busy, form.error]).toEqual([true, false, undefined]);
});

it('a form that could not be sent says why, until it is sent again', async () => {
  const form = new FormState();
  const sends = new HeldCalls<[], undefined>();
  const first = form.submit(() => ({}), sends.call, textOf);
  sends.at(0).fail(new Error('No.'));
  expect([await first, form.busy, form.error]).toEqual([false, false, 'No.']);
  void form.submit(() => ({}), sends.call, textOf);
  expect([form.busy, form.error]).toEqual([true, undefined]);
});

it('a field in which nothing shows is empty', () => {
  const messages = { name: 'Enter a name.' };
  for (const name of ['', ' \u00a0', '\u200b', '\u3164']) {
    expect(emptyFields({ name }, messages)).toEqual(messages);
  }
  expect(emptyFields({ name: ' x ' }, messages)).toEqual({});
});

it('a form with a faulty field is not sent, and names the field until it is filled in', async () => {
  const form = new FormState<'name'>();
  const sends = new HeldCalls<[], undefined>();
  const faults = emptyFields({ name: ' ' }, { name: 'Enter a name.' });
  expect(await form.submit(() => faults, sends.call, textOf)).toBe(false);
  expect([form.fieldErrors, form.busy, sends.all.length]).toEqual([
    { name: 'Enter a name.' },
    false,
    0,
  ]);
  void form.submit(
    () => emptyFields({ name: 'Ada' }, { name: 'Enter a name.' }),
    sends.call,
    textOf,
  );
  expect([form.fieldErrors, sends.all.length]).toEqual([{}, 1]);
});

it('a message about a field goes when that field is edited, and no other with it', async () => {
  const form = new FormState<'name' | 'code'>();
  await form.submit(() => ({ name: 'Enter a name.', code: 'Enter the code.' }), never, textOf);
  form.edited('name');
  expect(form.fieldErrors).toEqual({ code: 'Enter the code.' });
  form.edited('somewhere else');
  expect(form.fieldErrors).toEqual({ code: 'Enter the code.' });
});

it('a message about two fields goes as soon as either is edited so that it is wrong', async () => {
  const typed = { password: 'one', repeated: 'two' };
  const form = new FormState<'password' | 'repeated'>();
  const check = () => newPasswordFault(typed);
  await form.submit(check, never, textOf);
  typed.password = 'tw';
  form.edited('password');
  expect(form.fieldErrors).toEqual({ repeated: 'Not the same.' });
  typed.password = 'two';
  form.edited('password');
  expect(form.fieldErrors).toEqual({});
});

it('what went wrong with a form is so no longer once any of its fields is edited', async () => {
  const form = new FormState<'code'>();
  await form.submit(
    () => ({}),
    () => Promise.reject(new Error('That code is not right.')),
    textOf,
  );
  form.edited('code');
  expect(form.error).toBeUndefined();
});

it.each([
  ['goes', new AuthError('NetworkError', 'No way there.'), undefined],
  ['goes', new ApiError('not-sent', 'You are offline.'), undefined],
  ['stays', new AuthError('CodeMismatchException', 'Wrong.'), 'Wrong.'],
  ['stays', new ApiError('unreachable', 'It may have been sent.'), 'It may have been sent.'],
])(
  'a message %s when the connection is back, where it was about that: %s',
  async (_what, cause, left) => {
    const form = new FormState();
    await form.submit(
      () => ({}),
      () => Promise.reject(cause),
      textOf,
    );
    expect(form.error).toBe(cause.message);
    form.reconnected();
    expect(form.error).toBe(left);
  },
);

const never = () => Promise.reject(new Error('This was not to be sent.'));

function newPasswordFault({ password, repeated }: { password: string; repeated: string }) {
  return password === repeated ? {} : { repeated: 'Not the same.' };
}

it('what the server finds wrong with a field stands under it, and goes when that field is edited', async () => {
  const form = new FormState<'date' | 'zone'>();
  const faults = { date: 'Not a day there.', zone: 'No such zone.' };
  const isSent = await form.submit(
    () => ({}),
    () => Promise.reject(new Error('Refused.')),
    textOf,
    () => faults,
  );
  expect([isSent, form.error, form.fieldErrors]).toEqual([false, undefined, faults]);
  form.edited('date');
  expect(form.fieldErrors).toEqual({ zone: 'No such zone.' });
});
