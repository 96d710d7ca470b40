import type { Recipient } from '@ordercast/contract/report-schedule.ts';
import { describe, expect, it, test } from 'vitest';
import { InvalidAddress, recipientAddress } from './recipient-address.ts';
import { InvalidRecipients, readRecipients, withAddresses, withoutAddress } from './recipients.ts';

const AT = Date.parse('2026-11-28T08:00:00.000Z');

describe('an address is kept in one form', () => {
  test.each([
    ['Ada@Example.COM', 'ada@example.com'],
    [' ada@example.com ', 'ada@example.com'],
    ['ada+reports@example.com', 'ada+reports@example.com'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['a.b=c?@example.com', 'a.b=c?@example.com'],
    ['ada@Bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@почта.рф', 'ada@xn--80a1acny.xn--p1ai'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('%s', (entered, kept) => {
    expect(recipientAddress(entered)).toBe(kept);
  });
});

describe('what is no address is refused', () => {
  test.each([
    [''],
    ['ada'],
    ['@example.com'],
    ['ada@'],
    ['ada@example'],
    ['ada@@example.com'],
    ['ada@example.com,eve@example.com'],
    ['ada@example.com\r\nBcc: eve@example.com'],
    ['ada\r\n@example.com'],
    ['ada@exam\nple.com'],
    ['ada@exam\tple.com'],
    ['ada@example.com/path'],
    ['ada@ex%61mple.com'],
    ['ada@.example.com'],
    ['ada@example.com.'],
    ['ada@example..com'],
    ['ada@-example.com'],
    ['ada @example.com'],
    ['a..b@example.com'],
    ['.ada@example.com'],
    ['ada.@example.com'],
    ['=?utf-8?q?x?=@example.com'],
    ['a=?utf-8?q?x?=b@example.com'],
    ['"ada"@example.com'],
    ['Ada <ada@example.com>'],
    ['ädä@example.com'],
    [`${'a'.repeat(65)}@example.com`],
    [`ada@${`${'a'.repeat(60)}.`.repeat(5)}com`],
  ])('%j', (entered) => {
    expect(() => recipientAddress(entered)).toThrow(InvalidAddress);
  });
});

describe('a list of addresses', () => {
  it('names each that is wrong, and one that is there twice in another form', () => {
    const entered = ['ada@example.com', 'eve', 'ADA@example.com'];
    expect(errorsOf(entered)).toEqual([
      { path: 'recipients.1', message: 'must be one mail address, such as ada@example.com' },
      { path: 'recipients.2', message: 'is there twice: ada@example.com' },
    ]);
  });

  it('has at most 50', () => {
    const many = Array.from({ length: 51 }, (_, index) => `a${index}@example.com`);
    expect(readRecipients(many.slice(1))).toHaveLength(50);
    expect(errorsOf(many)[0]?.message).toContain('at most 50 addresses');
  });
});

const BOUNCED: Recipient = {
  address: 'ada@example.com',
  state: 'bounced',
  at: '2026-11-27T08:00:00.000Z',
  reason: 'no such mailbox',
};
const ACTIVE: Recipient = {
  address: 'bob@example.com',
  state: 'active',
  at: '2026-11-26T08:00:00.000Z',
  reason: null,
};
const NEW = { state: 'active', at: '2026-11-28T08:00:00.000Z', reason: null };

describe('a list that is edited', () => {
  it('keeps the state of who stays and since when, and makes who is new active from now on', () => {
    const edited = withAddresses([BOUNCED, ACTIVE], {
      addresses: ['carol@example.com', 'ada@example.com', 'bob@example.com'],
      at: AT,
    });
    expect(edited).toEqual([{ ...NEW, address: 'carol@example.com' }, BOUNCED, ACTIVE]);
  });

  it('makes active who was removed and is added again', () => {
    const removed = withAddresses([BOUNCED, ACTIVE], {
      addresses: ['bob@example.com'],
      at: AT - 1,
    });
    expect(withAddresses(removed, { addresses: ['ada@example.com'], at: AT })).toEqual([
      { ...NEW, address: 'ada@example.com' },
    ]);
  });
});

describe('an address that is taken off', () => {
  const off = { address: 'bob@example.com', state: 'complained', reason: 'spam', at: AT } as const;

  it('stays on the list with its state, when and why', () => {
    expect(withoutAddress([BOUNCED, ACTIVE], off)).toEqual([
      BOUNCED,
      { ...off, at: '2026-11-28T08:00:00.000Z' },
    ]);
  });

  it('keeps the first reason, and changes nothing where it is not on the list', () => {
    expect(withoutAddress([BOUNCED], { ...off, address: BOUNCED.address })).toBeUndefined();
    expect(withoutAddress([BOUNCED], off)).toBeUndefined();
  });
});

function errorsOf(entered: readonly string[]) {
  try {
    readRecipients(entered);
  } catch (error) {
    if (error instanceof InvalidRecipients) return error.errors;
    throw error;
  }
  return [];
}
