/** What people put before an order's number, since the page itself does: “Order 6GWCB0AR”, “#6GWCB0AR”. */
const BEFORE_A_NUMBER = /^(?:order\s+#?|#)\s*/i;
/** Only such letters and digits stand in a number and in an id. */
const NUMBER_OR_ITS_BEGINNING = /^[0-9a-hjkmnp-tv-z]{1,26}$/i;
const WHOLE_NUMBER_OR_ID = /^(?=.*\d)(?:[0-9a-hjkmnp-tv-z]{8}|[0-9a-hjkmnp-tv-z]{26})$/i;

/**
 * What to ask the API for where somebody has typed this: of an order's number only the number itself, of
 * anything else, such as a name of two words, all of it.
 */
export function searchedText(typed: string): string {
  const text = typed.trim();
  const joined = text.replace(BEFORE_A_NUMBER, '').replaceAll(/\s+/g, '');
  const number = BEFORE_A_NUMBER.test(text) ? NUMBER_OR_ITS_BEGINNING : WHOLE_NUMBER_OR_ID;
  return number.test(joined) ? joined : text;
}
