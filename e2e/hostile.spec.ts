import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { startSystemProcess } from './testing/system-process.ts';
import type { SystemProcess } from './testing/system-process.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { signInAs } from './testing/person.ts';
import type { Person } from './testing/person.ts';

let system: SystemProcess;
let ada: Person;
let grace: Person;
beforeAll(async () => {
  system = await startSystemProcess();
  ada = await signInAs(system.url, 'ada@example.com');
  grace = await signInAs(system.url, 'grace@example.com');
});
afterAll(async () => {
  expect(await system.stop()).toBe(0);
  expect(system.errors()).toBe('');
});

async function open(): Promise<WebSocket> {
  const { config, accessToken } = ada;
  const socket = new WebSocket(config.realtimeUrl, ['ordercast.v1', `bearer.${accessToken}`]);
  await once(socket, 'open');
  return socket;
}

/** The code with which the server ends a connection that has sent this. */
async function closeCode(send: (socket: WebSocket) => void): Promise<number> {
  const socket = await open();
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('error', () => undefined);
  send(socket);
  return closed;
}

/** What is answered; the connection must then still answer a ping. */
async function answerTo(message: string | object): Promise<string> {
  const socket = await open();
  const answers: string[] = [];
  socket.on('message', (data: Buffer) => answers.push(data.toString()));
  socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  await expect.poll(() => answers.length).toBe(1);
  socket.send('{"action":"ping","id":"alive"}');
  await expect.poll(() => answers.at(-1)).toContain('"pong"');
  socket.terminate();
  return answers[0] ?? '';
}

const subscribeTo = (channel: string) => ({ action: 'subscribe', id: 's', channel });

/** What ends a connection, and the close code. */
const FATAL: [string, (socket: WebSocket) => void, number][] = [
  ['a frame of 33 KB', (socket) => socket.send('x'.repeat(33 * 1024)), 1009],
  [
    'a message of 129 KB in small frames',
    (socket) => {
      const part = 'x'.repeat(1024);
      for (let kilobyte = 1; kilobyte <= 129; kilobyte += 1) {
        socket.send(part, { fin: kilobyte === 129 });
      }
    },
    1009,
  ],
  ['binary', (socket) => socket.send(Buffer.from([1, 2, 3])), 1003],
  [
    'text that is no UTF-8',
    (socket) => socket.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false }),
    1007,
  ],
];

/** 145 MB in all that is measured, of which half would show. */
const ROUNDS = 8;
const LARGE_CLIENTS = 12;
const LARGE_MESSAGES = 50;

describe('hostile input', () => {
  it.each(FATAL)('%s ends its connection as API Gateway ends it', async (_what, send, code) => {
    expect(await closeCode(send)).toBe(code);
  });

  it.each<[string, () => string | object, string]>([
    ['JSON nested 15,000 deep', () => '['.repeat(15_000) + ']'.repeat(15_000), 'BAD_REQUEST'],
    ['nested objects', () => '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000), 'BAD_REQUEST'],
    ['an unknown action', () => ({ action: 'drop tables', id: 'x' }), 'UNKNOWN_ACTION'],
    ['an action named __proto__', () => '{"__proto__":{"action":"ping"},"id":"x"}', 'BAD_REQUEST'],
    ['the channel __proto__', () => subscribeTo('__proto__'), 'FORBIDDEN_CHANNEL'],
    ['the channel constructor', () => subscribeTo('constructor'), 'FORBIDDEN_CHANNEL'],
    ['the channel user/__proto__', () => subscribeTo('user/__proto__'), 'FORBIDDEN_CHANNEL'],
    ["another's channel", () => subscribeTo(`user/${grace.sub}`), 'FORBIDDEN_CHANNEL'],
    ['her own with a shard in it', () => subscribeTo(`user/${ada.sub}#0`), 'FORBIDDEN_CHANNEL'],
    [
      'a table row of ours as a channel',
      () => subscribeTo(`revoked~${ada.sub}`),
      'FORBIDDEN_CHANNEL',
    ],
    ['staff’s channel', () => subscribeTo('orders'), 'FORBIDDEN_CHANNEL'],
  ])('%s is answered with an error, and the connection stays', async (_what, message, code) => {
    expect(await answerTo(message())).toContain(`"code":"${code}"`);
  });

  it('by the ten thousand is cut, and costs bounded memory', async () => {
    const flood = (socket: WebSocket) => {
      for (let number = 0; number < 10_000 && socket.readyState === WebSocket.OPEN; number += 1) {
        socket.send(JSON.stringify(subscribeTo(`user/${number}`)));
      }
    };
    /** As much as is let through: messages of 31 KB, each of them answered. */
    const large = async () => {
      const socket = await open();
      let answers = 0;
      socket.on('message', () => (answers += 1));
      const message = JSON.stringify({ action: 'none', id: 'x', padding: 'x'.repeat(31 * 1024) });
      for (let count = 1; count <= LARGE_MESSAGES; count += 1) {
        socket.send(message);
        if (count % 5 === 0) {
          await expect.poll(() => answers, { interval: 5 }).toBe(count);
        }
      }
      socket.terminate();
    };
    const round = () =>
      Promise.all([
        closeCode(flood),
        ...Array.from({ length: LARGE_CLIENTS }, large),
        ...FATAL.flatMap(([, send]) => Array.from({ length: 5 }, () => closeCode(send))),
        ...Array.from({ length: 5 }, () => answerTo('['.repeat(15_000))),
      ]);
    // The heap grows to its size first; what is kept for ever would go on growing after.
    for (let count = 0; count < ROUNDS; count += 1) await round();
    const before = memoryMb();
    for (let count = 0; count < ROUNDS; count += 1) await round();
    expect(memoryMb() - before).toBeLessThan((ROUNDS * LARGE_CLIENTS * LARGE_MESSAGES * 31) / 2048);
    // 18 s of both cores, of which a busy machine may give little.
  }, 1_800_000);
});

/** Resident memory of the whole system; 0 where the platform does not tell. */
function memoryMb(): number {
  try {
    const status = readFileSync(`/proc/${system.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
