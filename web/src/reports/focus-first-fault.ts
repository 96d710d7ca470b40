import { tick } from 'svelte';

/** After a form was refused: the keyboard goes to the first field that has a message under it. */
export async function focusFirstFault(within: HTMLElement): Promise<void> {
  await tick();
  within.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
