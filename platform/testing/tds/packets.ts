import type { Duplex } from 'node:stream';

/** Kinds of TDS packets ([MS-TDS] 2.2.3.1.1). */
export const PACKET = {
  batch: 0x01,
  rpc: 0x03,
  answer: 0x04,
  attention: 0x06,
  transaction: 0x0e,
  login: 0x10,
  preLogin: 0x12,
} as const;

export const HEADER_BYTES = 8;
const LAST = 0x01;
const MAX_PAYLOAD = 4_000;

export interface Message {
  type: number;
  payload: Buffer;
}

/** One payload as packets. */
export function toPackets(type: number, payload: Buffer): Buffer {
  const packets: Buffer[] = [];
  for (let start = 0; start === 0 || start < payload.length; start += MAX_PAYLOAD) {
    const part = payload.subarray(start, start + MAX_PAYLOAD);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt8(type, 0);
    header.writeUInt8(start + MAX_PAYLOAD >= payload.length ? LAST : 0, 1);
    header.writeUInt16BE(part.length + HEADER_BYTES, 2);
    header.writeUInt8((packets.length + 1) % 256, 6);
    packets.push(header, part);
  }
  return Buffer.concat(packets);
}

/** Calls back with each whole message that comes in. */
export function readMessages(stream: Duplex, onMessage: (message: Message) => void): void {
  let pending = Buffer.alloc(0);
  let parts: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES) {
      const length = pending.readUInt16BE(2);
      if (pending.length < length) return;
      const [type, status] = [pending.readUInt8(0), pending.readUInt8(1)];
      parts.push(pending.subarray(HEADER_BYTES, length));
      pending = pending.subarray(length);
      if ((status & LAST) === 0) continue;
      const payload = Buffer.concat(parts);
      parts = [];
      onMessage({ type, payload });
    }
  });
}
