import { expect, test } from 'vitest';
import { FrameScanner } from './frame-scanner.ts';

const TEXT = 0x81;
const FIRST_PART = 0x01;
const LAST_PART = 0x80;
const PING = 0x89;

function frame(first: number, length: number): Buffer {
  const mask = [0x80, 1, 2, 3, 4];
  const header =
    length < 126
      ? Buffer.from([first, 0x80 | length])
      : length < 65_536
        ? Buffer.from([first, 0x80 | 126, length >> 8, length & 0xff])
        : Buffer.from([first, 0x80 | 127, 0, 0, 0, 0, ...uint32(length)]);
  return Buffer.concat([header, Buffer.from(mask.slice(1)), Buffer.alloc(length, 0xff)]);
}

function uint32(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}

function scan(bytes: Buffer, chunkBytes: number, frameBytes: number) {
  const scanner = new FrameScanner(frameBytes);
  let exceeded = false;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    exceeded = scanner.scan(bytes.subarray(at, at + chunkBytes));
  }
  return { exceeded, messages: scanner.messages };
}

const CHUNKS = [1, 2, 3, 7, 126, 1_000, 1_000_000];

test.each(CHUNKS)('in chunks of %i bytes it lets frames of the limit pass', (chunkBytes) => {
  for (const limit of [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]) {
    const bytes = Buffer.concat([frame(TEXT, limit), frame(PING, 0), frame(TEXT, limit)]);
    expect(scan(bytes, chunkBytes, limit)).toEqual({ exceeded: false, messages: 2 });
  }
});

test.each(CHUNKS)('in chunks of %i bytes it finds the frame that is too large', (chunkBytes) => {
  for (const limit of [0, 1, 125, 126, 127, 65_535, 65_536]) {
    const bytes = Buffer.concat([frame(TEXT, limit), frame(TEXT, limit + 1), frame(TEXT, 0)]);
    expect(scan(bytes, chunkBytes, limit)).toEqual({ exceeded: true, messages: 1 });
  }
});

test('parts of one message are one message, with a ping between them', () => {
  const bytes = Buffer.concat([
    frame(FIRST_PART, 10),
    frame(PING, 125),
    frame(0, 10),
    frame(LAST_PART, 10),
  ]);
  expect(scan(bytes, 5, 10)).toEqual({ exceeded: false, messages: 1 });
});

test('a length near 2^64 is too large, and needs no such payload to be found', () => {
  const header = Buffer.from([TEXT, 0xff, 255, 255, 255, 255, 255, 255, 255, 255]);
  expect(scan(header, 1, 32_768)).toEqual({ exceeded: true, messages: 0 });
});
