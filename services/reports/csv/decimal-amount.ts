/**
 * An amount in minor units as decimal text by the digits of its currency: 1234 is `12.34` in EUR,
 * `1234` in JPY and `1.234` in KWD. Exact for a whole number of any size; plain digits, with a
 * point and without separators, which spreadsheets and programs read as a number.
 */
export function decimalAmount(minorUnits: number | bigint, currency: string): string {
  const digits = digitsOf(currency);
  const amount = BigInt(minorUnits);
  const [sign, plain] = amount < 0n ? ['-', -amount] : ['', amount];
  const padded = plain.toString().padStart(digits + 1, '0');
  const whole = padded.slice(0, padded.length - digits);
  return digits === 0 ? sign + whole : `${sign}${whole}.${padded.slice(-digits)}`;
}

const known = new Map<string, number>();

/** Digits after the point, as ECMA-402 knows them of ISO 4217. */
function digitsOf(currency: string): number {
  const kept = known.get(currency);
  if (kept !== undefined) return kept;
  const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const digits = options.maximumFractionDigits ?? 2;
  known.set(currency, digits);
  return digits;
}
