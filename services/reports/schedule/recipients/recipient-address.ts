import { domainToASCII } from 'node:url';
import { z } from 'zod';

/** RFC 5321, 4.5.3.1: an address of at most 254 octets, whose part before the @ has at most 64. */
const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;

/** A name of the internet: at least two labels. What browsers take as an address, so no blank, quote or line break. */
const address = z.email({ pattern: z.regexes.html5Email }).max(MAX_LENGTH);
/** Dots part atoms (RFC 5321, 4.1.2); an encoded word (RFC 2047) would be shown, and by some sent to, as another address. */
const STRAY_DOT = /^\.|\.\.|\.$/;
const ENCODED_WORD = /=\?.*\?=/;
const WHOLE_DOMAIN = /^[^.]+(\.[^.]+)+$/;

/** A text is no mail address that we send to; the message says why, and is meant for the caller. */
export class InvalidAddress extends Error {
  override name = 'InvalidAddress';
}

/**
 * An address as we keep and compare it: in small letters, its domain as DNS has it, so that
 * `Ada@Bücher.example` is `ada@xn--bcher-kva.example`. @throws InvalidAddress
 */
export function recipientAddress(entered: string): string {
  const [local = '', domain = '', ...more] = entered.trim().split('@');
  // Before the URL parser sees it, which cuts a path, drops line breaks and decodes percent signs.
  if (more.length > 0 || local === '' || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) {
    throw new InvalidAddress('must be one mail address, such as ada@example.com');
  }
  // eslint-disable-next-line no-control-regex
  if (!/^[\x00-\x7f]*$/.test(local)) {
    throw new InvalidAddress(
      'has letters before the @ that not every mail server takes: use ASCII',
    );
  }
  const name = domainToASCII(domain);
  const whole = `${local.toLowerCase()}@${name}`;
  const isOddLocal = STRAY_DOT.test(local) || ENCODED_WORD.test(local);
  if (isOddLocal || !WHOLE_DOMAIN.test(name) || !address.safeParse(whole).success) {
    throw new InvalidAddress('must be one mail address, such as ada@example.com');
  }
  if (local.length > MAX_LOCAL_LENGTH) {
    throw new InvalidAddress(`has more than ${MAX_LOCAL_LENGTH} characters before the @`);
  }
  return whole;
}
