/** What to say of a text that is longer than the API takes, or nothing; counted as sent, in UTF-16 units. */
export function tooLongText(text: string, maxLength: number): string | undefined {
  const surplus = sentLength(text) - maxLength;
  if (surplus <= 0) return undefined;
  const characters = surplus === 1 ? 'character' : 'characters';
  return `This is ${counted(surplus)} ${characters} too long (an emoji counts as two or more).`;
}

/** How much of what is allowed a text uses up. */
export function lengthText(text: string, maxLength: number): string {
  return `${counted(sentLength(text))} of ${counted(maxLength)} characters`;
}

/** Blanks around a text are not sent. */
function sentLength(text: string): number {
  return text.trim().length;
}

function counted(count: number): string {
  return count.toLocaleString('en');
}
