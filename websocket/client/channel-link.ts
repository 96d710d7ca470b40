import type { Position } from '@ordercast/protocol/position.ts';
import { formatPosition, parsePosition } from '@ordercast/protocol/position.ts';
import type { Connection } from './connection.ts';
import type { Environment } from './environment.ts';
import { retryDelayMs } from './environment.ts';
import type { RealtimeError } from './errors.ts';
import {
  AnswerTimeoutError,
  EventsMissingError,
  MalformedFrameError,
  ServerRefusedError,
} from './errors.ts';
import type { AnswerFrame, ErrorFrame } from './frames.ts';
import type { Sequencer } from './sequencer.ts';
import { Alarm } from './timers.ts';

/** The channel, as its links see it. */
export interface LinkedChannel {
  readonly name: string;
  readonly sequencer: Sequencer;
  /** Whether anybody listens. */
  readonly wanted: boolean;
  subscribed(since: Position | undefined, head: Position, recovered: boolean): void;
  /** The subscription is gone from this connection, as wanted. */
  left(connection: Connection): void;
  fail(error: ServerRefusedError): void;
  report(error: RealtimeError): void;
}

const UNSUBSCRIBE_TRIES = 3;
/** A question that timed out is given 2, 4, then 8 times the deadline. */
const MOST_DOUBLINGS = 3;

/** One channel on one connection: subscribes, repairs, unsubscribes; one operation at a time. */
export class ChannelLink {
  readonly #channel: LinkedChannel;
  readonly #connection: Connection;
  readonly #env: Environment;
  readonly #renewToken: () => Promise<boolean>;
  readonly #retry: Alarm;
  readonly #gap: Alarm;
  /** The server has confirmed the subscription. */
  #stands = false;
  /** A subscribe was sent, so the server may hold a subscription. */
  #sent = false;
  #busy = false;
  #stopped = false;
  /** Subscribe again although the subscription stands. */
  #repair = false;
  #attempts = 0;
  #fruitless = 0;
  #tokenTried = false;
  /** The head that the last `subscribed` named: the replay goes up to it. */
  #target: Position | undefined;
  #stoodAtPing = 0;

  constructor(
    channel: LinkedChannel,
    connection: Connection,
    env: Environment,
    renewToken: () => Promise<boolean>,
  ) {
    this.#channel = channel;
    this.#connection = connection;
    this.#env = env;
    this.#renewToken = renewToken;
    this.#retry = new Alarm(env.setTimer);
    this.#gap = new Alarm(env.setTimer);
  }

  get stands(): boolean {
    return this.#stands;
  }

  /** Whether all that was missed when the subscription came to stand has been delivered. */
  get caughtUp(): boolean {
    const at = this.#channel.sequencer.position;
    if (!this.#stands || at === undefined) return false;
    return at.epoch !== this.#target?.epoch || at.seq >= this.#target.seq;
  }

  /** Does what is due next, if anything; to be called after every change. */
  step(): void {
    if (this.#stopped || this.#busy || this.#retry.armed) return;
    if (!this.#channel.wanted) {
      this.#gap.clear();
      if (this.#sent) this.#unsubscribe();
      else this.#channel.left(this.#connection);
    } else if (!this.#stands || this.#repair) this.#subscribe();
    else this.#watchGap();
  }

  /** Compares with the positions of the pong that answers ping number `ping`. */
  heard(positions: Record<string, unknown>, ping: number): void {
    // A ping sent before the subscription stood may have been answered without it.
    if (!this.#stands || this.#stoodAtPing >= ping) return;
    const position = positions[this.#channel.name];
    const head = typeof position === 'string' ? parsePosition(position) : undefined;
    // The server does not count this subscription any more: it must be made again.
    if (head === undefined) this.#repair = true;
    else this.#channel.sequencer.hear(head);
    this.step();
  }

  stop(): void {
    this.#stopped = true;
    this.#stands = false;
    this.#retry.clear();
    this.#gap.clear();
  }

  #subscribe(): void {
    const since = this.#channel.sequencer.position;
    this.#repair = false;
    this.#sent = true;
    this.#gap.clear();
    const question = { action: 'subscribe', channel: this.#channel.name } as const;
    this.#ask(
      since === undefined ? question : { ...question, since: formatPosition(since) },
      (answer) => {
        const head = answer.type === 'subscribed' ? parsePosition(answer.position) : undefined;
        if (answer.type === 'error') {
          this.#refused(answer);
          return;
        }
        if (answer.type !== 'subscribed' || head === undefined) {
          this.#again(new MalformedFrameError('The answer to a subscribe had no position.'));
          return;
        }
        this.#attempts = 0;
        if (!this.#channel.wanted) {
          // The answer may ask for a reload, and nobody is there to hear it: it must be asked for again.
          this.step();
          return;
        }
        this.#stands = true;
        this.#tokenTried = false;
        this.#target = head;
        this.#stoodAtPing = this.#connection.pings;
        this.#channel.subscribed(since, head, answer.recovered);
      },
    );
  }

  #unsubscribe(): void {
    this.#ask(
      { action: 'unsubscribe', channel: this.#channel.name },
      (answer) => {
        if (answer.type !== 'unsubscribed') {
          this.#againOrLeft(answer);
          return;
        }
        this.#left();
      },
      () => this.#againOrLeft(),
    );
  }

  #againOrLeft(answer?: AnswerFrame): void {
    // What still arrives is ignored, so a subscription that will not go does no harm.
    if (this.#attempts + 1 >= UNSUBSCRIBE_TRIES) {
      this.#left();
      return;
    }
    this.#again(
      answer?.type === 'error'
        ? new ServerRefusedError(answer.code, answer.message, this.#channel.name)
        : new AnswerTimeoutError('No answer to an unsubscribe.'),
    );
  }

  #left(): void {
    this.#stands = false;
    this.#sent = false;
    this.#attempts = 0;
    this.step();
  }

  #ask(
    question: Parameters<Connection['ask']>[0],
    answered: (answer: AnswerFrame) => void,
    unanswered = () => this.#again(new AnswerTimeoutError('No answer to a subscribe.')),
  ): void {
    this.#busy = true;
    const timeoutMs =
      this.#env.timings.answerTimeoutMs * 2 ** Math.min(this.#attempts, MOST_DOUBLINGS);
    this.#connection.ask(question, timeoutMs, (answer) => {
      this.#busy = false;
      if (this.#stopped) return;
      if (answer === undefined) unanswered();
      else answered(answer);
    });
  }

  #refused({ code, message }: ErrorFrame): void {
    const error = new ServerRefusedError(code, message, this.#channel.name);
    if (code === 'RATE_LIMITED' || code === 'INTERNAL') {
      this.#again(error);
      return;
    }
    if (code !== 'TOKEN_INVALID' || this.#tokenTried) {
      this.#channel.fail(error);
      return;
    }
    this.#tokenTried = true;
    this.#busy = true;
    void this.#renewToken().then((renewed) => {
      this.#busy = false;
      if (this.#stopped) return;
      if (renewed) this.step();
      else this.#again(error);
    });
  }

  #again(error: RealtimeError): void {
    this.#repair = this.#stands;
    this.#channel.report(error);
    if (this.#stopped) return;
    this.#retry.set(retryDelayMs(this.#env, this.#attempts++), () => this.step());
  }

  /** Arms the repair while events are missing; every delivery in between puts it off. */
  #watchGap(): void {
    const { sequencer, name } = this.#channel;
    if (!sequencer.behind) {
      this.#gap.clear();
      this.#fruitless = 0;
      return;
    }
    if (this.#gap.armed) return;
    const { gapGraceMs, catchUpGraceMs } = this.#env.timings;
    const before = sequencer.position;
    const graceMs = this.caughtUp ? gapGraceMs : catchUpGraceMs;
    const backoffMs = this.#fruitless === 0 ? 0 : retryDelayMs(this.#env, this.#fruitless - 1);
    this.#gap.set(graceMs + backoffMs, () => {
      if (sequencer.behind && sequencer.position === before) {
        this.#repair = true;
        this.#fruitless += 1;
        if (this.#fruitless > 1) {
          this.#channel.report(new EventsMissingError(`Events of ${name} are missing.`));
        }
      } else this.#fruitless = 0;
      this.step();
    });
  }
}
