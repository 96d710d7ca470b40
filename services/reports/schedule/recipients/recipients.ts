import { MAX_RECIPIENTS } from '@ordercast/contract/report-schedule.ts';
import type { Recipient } from '@ordercast/contract/report-schedule.ts';
import { isoInstant } from '@ordercast/platform/column.ts';
import { cutText } from '@ordercast/platform/cut-text.ts';
import { InvalidAddress, recipientAddress } from './recipient-address.ts';

/** Why an address is mailed no more. */
export type OffReason = Exclude<Recipient['state'], 'active'>;

const MAX_REASON_LENGTH = 300;

/** A list of addresses that no schedule can have; `errors` are for the body's field `recipients`. */
export class InvalidRecipients extends Error {
  override name = 'InvalidRecipients';
  readonly errors: readonly { path: string; message: string }[];

  constructor(errors: readonly { path: string; message: string }[]) {
    super('The list of recipients has addresses that cannot be used');
    this.errors = errors;
  }
}

/** The addresses as they are kept. @throws InvalidRecipients naming each that is wrong or there twice */
export function readRecipients(entered: readonly string[]): string[] {
  if (entered.length > MAX_RECIPIENTS) {
    const message = `must be at most ${MAX_RECIPIENTS} addresses: use a mailing list`;
    throw new InvalidRecipients([{ path: 'recipients', message }]);
  }
  const addresses: string[] = [];
  const errors: { path: string; message: string }[] = [];
  for (const [index, text] of entered.entries()) {
    const fault = (message: string) => errors.push({ path: `recipients.${index}`, message });
    try {
      const address = recipientAddress(text);
      if (addresses.includes(address)) fault(`is there twice: ${address}`);
      addresses.push(address);
    } catch (error) {
      if (!(error instanceof InvalidAddress)) throw error;
      fault(error.message);
    }
  }
  if (errors.length > 0) throw new InvalidRecipients(errors);
  return addresses;
}

/** The list of `addresses`: who was on it before keeps their state, others are active since `at` (epoch ms). */
export function withAddresses(
  before: readonly Recipient[],
  { addresses, at }: { addresses: readonly string[]; at: number },
): Recipient[] {
  return addresses.map(
    (address) =>
      before.find((recipient) => recipient.address === address) ?? {
        address,
        state: 'active',
        at: isoInstant(at),
        reason: null,
      },
  );
}

/** The list after an address is mailed no more; undefined where that changes nothing. `at` is epoch ms. */
export function withoutAddress(
  before: readonly Recipient[],
  { address, state, reason, at }: { address: string; state: OffReason; reason: string; at: number },
): Recipient[] | undefined {
  const isIt = (recipient: Recipient) =>
    recipient.address === address && recipient.state === 'active';
  if (!before.some(isIt)) return undefined;
  return before.map((recipient) =>
    isIt(recipient)
      ? { address, state, at: isoInstant(at), reason: cutText(reason, MAX_REASON_LENGTH) }
      : recipient,
  );
}
