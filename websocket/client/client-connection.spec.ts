import { describe, expect, it } from 'vitest';
import type { ClientConnection } from './client-connection.ts';
import { openConnection } from './client-connection.ts';
import { DEFAULT_TIMINGS } from './environment.ts';
import type { RealtimeError } from './errors.ts';
import type { AnswerFrame } from './frames.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import { SocketByHand } from './testing/socket-by-hand.ts';

const { pingEveryMs, pongTimeoutMs, connectTimeoutMs } = DEFAULT_TIMINGS;

/** A connection on a socket by hand, and what its owner is told. */
function connecting() {
  const timers = new ManualTimers();
  const sockets: SocketByHand[] = [];
  const told: string[] = [];
  const reports: RealtimeError[] = [];
  const env = {
    setTimer: timers.setTimer,
    clock: timers.clock,
    random: () => 0.5,
    timings: DEFAULT_TIMINGS,
    report: (error: RealtimeError) => void reports.push(error),
  };
  const connection: ClientConnection = openConnection(
    {
      url: 'ws://model',
      token: 'token',
      WebSocket: class extends SocketByHand {
        constructor() {
          super();
          sockets.push(this);
        }
      },
    },
    env,
    {
      opened: () => told.push('opened'),
      ended: (_, { name }) => told.push(name),
      closing: () => told.push('closing'),
      events: () => told.push('events'),
      pong: () => told.push('pong'),
    },
  );
  const [socket] = sockets;
  if (!socket) throw new Error('No socket was opened.');
  const answers: (string | undefined)[] = [];
  const ask = (timeoutMs = 1000) =>
    connection.ask({ action: 'subscribe', channel: 'orders' }, timeoutMs, (answer) =>
      answers.push(answer?.type),
    );
  const answer = (id: string, type: AnswerFrame['type'] = 'unsubscribed') =>
    socket.receive({ type, id, channel: 'orders', positions: {}, code: 'INTERNAL', message: '' });
  const pings = () => socket.sent.filter(({ action }) => action === 'ping').length;
  return { connection, socket, timers, told, reports, answers, ask, answer, pings };
}

function connected() {
  const world = connecting();
  world.socket.fire('open');
  expect(world.told.splice(0)).toEqual(['opened']);
  return world;
}

type World = ReturnType<typeof connecting>;

const ENDS: [string, (world: World) => void, string[]][] = [
  ['by its owner', ({ connection }) => connection.close(), []],
  ['by the server', ({ socket }) => socket.fire('close'), ['ConnectionLostError']],
  ['by an error', ({ socket }) => socket.fire('error'), ['ConnectionLostError']],
];

describe('a connection that has ended', () => {
  it.each(ENDS)('%s leaves no deadline behind, and answers no question', (_, end, why) => {
    const world = connected();
    const { connection, timers, told, answers, ask } = world;
    ask(1000);
    ask(2000);
    connection.ping();
    expect(timers.armed).toBe(4);
    end(world);
    expect(timers.armed).toBe(0);
    timers.advance(pingEveryMs * 2);
    expect([answers, told]).toEqual([[], why]);
  });

  it.each(ENDS)('%s during its handshake leaves no deadline behind', (_, end) => {
    const world = connecting();
    expect(world.timers.nextInMs).toBe(connectTimeoutMs);
    end(world);
    expect(world.timers.armed).toBe(0);
  });

  it.each(ENDS)('%s hears and sends nothing more', (_, end, why) => {
    const world = connected();
    const { connection, socket, timers, told, reports, answers, ask, answer } = world;
    ask();
    end(world);
    const sent = socket.sent.length;
    for (const type of ['open', 'error', 'close'] as const) socket.fire(type);
    answer('1');
    answer('7', 'error');
    socket.receive({ type: 'closing', reason: 'server_shutdown', retryAfterMs: 0 });
    socket.receive({ type: 'events', channel: 'orders', epoch: 'e', from: 1, to: 0, events: [] });
    ask();
    connection.ping();
    connection.close();
    expect([told, answers, reports]).toEqual([why, [], []]);
    expect([socket.sent.length, socket.closes, timers.armed]).toEqual([sent, [1000], 0]);
    expect(connection.isOpen).toBe(false);
  });

  it('because nobody answered the handshake is not opened late', () => {
    const { connection, socket, timers, told } = connecting();
    timers.advance(connectTimeoutMs);
    socket.fire('open');
    expect([told, connection.isOpen]).toEqual([['HandshakeFailedError'], false]);
    expect([socket.closes, timers.armed]).toEqual([[1000], 0]);
  });

  it('for speaking something else has its socket closed and no deadline left', () => {
    const { socket, timers, told } = connecting();
    socket.protocol = 'another';
    socket.fire('open');
    expect([told, socket.closes, timers.armed]).toEqual([['HandshakeFailedError'], [1000], 0]);
  });
});

describe('a question', () => {
  it('is answered once, and its deadline is gone then', () => {
    const { timers, answers, ask, answer } = connected();
    ask();
    answer('1');
    answer('1');
    expect(timers.armed).toBe(1);
    timers.advance(1000);
    expect(answers).toEqual(['unsubscribed']);
  });

  it('is not answered any more once its time is over; a late refusal is reported', () => {
    const { timers, answers, reports, ask, answer } = connected();
    ask();
    timers.advance(1000);
    answer('1');
    answer('1', 'error');
    expect(answers).toEqual([undefined]);
    expect(reports).toMatchObject([{ name: 'ServerRefusedError' }]);
  });
});

describe('a ping', () => {
  it('is due again after each pong, and the deadline of the handshake never', () => {
    const { timers, told, answer, pings } = connected();
    for (let round = 1; round <= 3; round += 1) {
      expect(timers.nextInMs).toBe(pingEveryMs);
      timers.advance(pingEveryMs);
      expect(pings()).toBe(round);
      answer(String(round), 'pong');
    }
    expect([told, timers.armed]).toEqual([['pong', 'pong', 'pong'], 1]);
  });

  it('is not sent again while one is under way, and then it is', () => {
    const { connection, answer, pings } = connected();
    connection.ping();
    connection.ping();
    expect(pings()).toBe(1);
    answer('1', 'pong');
    connection.ping();
    expect(pings()).toBe(2);
  });

  it('that nobody answers ends the connection, once', () => {
    const { connection, timers, told, socket } = connected();
    connection.ping();
    timers.advance(pongTimeoutMs);
    expect([told, socket.closes, timers.armed]).toEqual([['ConnectionDeadError'], [1000], 0]);
  });
});
