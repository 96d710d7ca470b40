import { z } from 'zod';

export { InvalidConfig, readConfig } from './read-config.ts';

/**
 * A whole number in decimal digits. The most is what still makes sense: a slip of the finger must not become a wait of
 * days, or a timer that rings at once because it is longer than Node's can be.
 */
export function wholeNumberSetting(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .pipe(z.int().min(least, { error }).max(most, { error }));
}

/** A TCP port; 0 lets the system choose one. */
export const portSetting = wholeNumberSetting(0, 65_535);
/** A comma-separated list; empty entries are dropped. */
export const listSetting = z
  .string()
  .transform((text) => text.split(',').map((entry) => entry.trim()))
  .pipe(z.array(z.string()))
  .transform((entries) => entries.filter((entry) => entry !== ''));

/** A list of origins, as a browser writes them in `Origin`: small letters, no default port, no path. */
export const originListSetting = listSetting.pipe(
  z.array(
    z
      .url({ protocol: /^https?$/, error: 'must be origins such as https://app.example.com' })
      .transform((text) => new URL(text).origin),
  ),
);
