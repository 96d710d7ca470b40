import { expect, it } from 'vitest';
import { HeldCalls } from '../testing/held-calls.ts';
import { emptyFields, FormState } from './form-state.svelte.ts';

const textOf = (cause: unknown) => (cause instanceof Error ? cause.message : 'unknown');

it('a form is sent once, however often the button is pressed', async () => {
  const form = new FormState();
  const sends = new HeldCalls<[], undefined>();
  const first = form.submit({}, sends.call, textOf);
  const second = form.submit({}, sends.call, textOf);
  expect([form.busy, sends.all.length]).toEqual([true, 1]);
  expect(await second).toBe(false);
  sends.at(0).answer(undefined);
  expect([await first, form.busy, form.error]).toEqual([true, false, undefined]);
});

it('a form that could not be sent says why, until it is sent again', async () => {
  const form = new FormState();
  const sends = new HeldCalls<[], undefined>();
  const first = form.submit({}, sends.call, textOf);
  sends.at(0).fail(new Error('No.'));
  expect([await first, form.busy, form.error]).toEqual([false, false, 'No.']);
  void form.submit({}, sends.call, textOf);
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
  expect(await form.submit(faults, sends.call, textOf)).toBe(false);
  expect([form.fieldErrors, form.busy, sends.all.length]).toEqual([
    { name: 'Enter a name.' },
    false,
    0,
  ]);
  void form.submit(emptyFields({ name: 'Ada' }, { name: 'Enter a name.' }), sends.call, textOf);
  expect([form.fieldErrors, sends.all.length]).toEqual([{}, 1]);
});
