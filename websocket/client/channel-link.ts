import type { Position } from '@ordercast/protocol/position.ts';
import { formatPosition, parsePosition } from '@ordercast/protocol/position.ts';
import type { ClientConnection, Question } from './client-connection.ts';
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
import { createRestartableTimer } from './timers.ts';

/** The channel, as its links see it. */
export interface LinkedChannel {
  readonly name: string;
  readonly sequencer: Sequencer;
  /** Whether anybody listens. */
  readonly wanted: boolean;
  subscribed: (since: Position | undefined, head: Position, recovered: boolean) => void;
  /** Lets go of a connection on which nothing is subscribed any more. */
  detach: (connection: ClientConnection) => void;
  fail: (error: ServerRefusedError) => void;
  report: (error: RealtimeError) => void;
}

/** One channel on one connection: subscribes, repairs, unsubscribes; one operation at a time. */
export interface ChannelLink {
  /** Whether the server has confirmed the subscription. */
  readonly active: boolean;
  /** Whether all that was missed when the subscription came to stand has been delivered. */
  readonly caughtUp: boolean;
  /** Does what is due next, if anything; to be called after every change. */
  step: () => void;
  /** Compares with the positions of a pong. */
  heard: (positions: Record<string, unknown>) => void;
  stop: () => void;
}

const UNSUBSCRIBE_TRIES = 3;
/** A question that timed out is given 2, 4, then 8 times the deadline. */
const MAX_DOUBLINGS = 3;

/** A link that does nothing until `step` is called. */
export function createChannelLink(
  channel: LinkedChannel,
  connection: ClientConnection,
  env: Environment,
  renewToken: (connection: ClientConnection) => Promise<boolean | undefined>,
): ChannelLink {
  const { name, sequencer } = channel;
  const retry = createRestartableTimer(env);
  const gap = createRestartableTimer(env);
  let active = false;
  /** A subscribe was sent, so the server may hold a subscription. */
  let sent = false;
  let busy = false;
  let stopped = false;
  /** Subscribe again although the subscription stands. */
  let repair = false;
  let attempts = 0;
  let emptyRepairs = 0;
  let tokenTried = false;
  /** The head that the last `subscribed` named: the replay goes up to it. */
  let target: Position | undefined;

  const hasCaughtUp = (): boolean => {
    const at = sequencer.position;
    return active && at !== undefined && (at.epoch !== target?.epoch || at.seq >= target.seq);
  };

  const step = (): void => {
    if (stopped || busy || retry.armed) return;
    if (!channel.wanted) {
      gap.clear();
      if (sent) unsubscribe();
      else channel.detach(connection);
    } else if (!active || repair) subscribe();
    else watchGap();
  };

  const subscribe = (): void => {
    const since = sequencer.position;
    repair = false;
    sent = true;
    gap.clear();
    ask(
      { action: 'subscribe', channel: name, since: since && formatPosition(since) },
      (answer) => {
        if (answer.type === 'error') {
          refused(answer);
          return;
        }
        const head = answer.type === 'subscribed' ? parsePosition(answer.position) : undefined;
        if (answer.type !== 'subscribed' || !head) {
          again(new MalformedFrameError('Not a frame of this protocol.'));
          return;
        }
        attempts = 0;
        if (!channel.wanted) {
          // The answer may ask for a reload, and nobody is there to hear it: it must be asked for again.
          step();
          return;
        }
        active = true;
        tokenTried = false;
        target = head;
        channel.subscribed(since, head, answer.recovered);
      },
      again,
    );
  };

  const unsubscribe = (): void => {
    active = false;
    const left = (): void => {
      sent = false;
      attempts = 0;
      step();
    };
    // What still arrives is ignored, so a subscription that will not go does no harm.
    const againOrLeft = (error: RealtimeError): void => {
      if (attempts + 1 >= UNSUBSCRIBE_TRIES) left();
      else again(error);
    };
    ask(
      { action: 'unsubscribe', channel: name },
      (answer) => {
        if (answer.type === 'error') againOrLeft(new ServerRefusedError(answer));
        else left();
      },
      againOrLeft,
    );
  };

  const ask = (
    question: Question,
    answered: (answer: AnswerFrame) => void,
    unanswered: (error: RealtimeError) => void,
  ): void => {
    busy = true;
    const timeoutMs = env.timings.answerTimeoutMs * 2 ** Math.min(attempts, MAX_DOUBLINGS);
    connection.ask(question, timeoutMs, (answer) => {
      busy = false;
      if (stopped) return;
      if (answer) answered(answer);
      else unanswered(new AnswerTimeoutError(`No answer to ${question.action}.`));
    });
  };

  const refused = (answer: ErrorFrame): void => {
    const { code } = answer;
    const error = new ServerRefusedError(answer);
    if (code === 'RATE_LIMITED' || code === 'INTERNAL') again(error);
    else if (code !== 'TOKEN_INVALID' || tokenTried) channel.fail(error);
    else {
      tokenTried = true;
      repair = active;
      busy = true;
      void renewToken(connection).then((renewed) => {
        busy = false;
        if (stopped) return;
        if (renewed) step();
        else again(error);
      });
    }
  };

  const again = (error: RealtimeError): void => {
    repair = active;
    channel.report(error);
    if (!stopped) retry.set(retryDelayMs(env, attempts++), step);
  };

  /** Arms the repair while events are missing; every delivery in between puts it off. */
  const watchGap = (): void => {
    if (!sequencer.behind) {
      gap.clear();
      emptyRepairs = 0;
      return;
    }
    if (gap.armed) return;
    const { gapGraceMs, catchUpGraceMs } = env.timings;
    const before = sequencer.position;
    const graceMs = hasCaughtUp() ? gapGraceMs : catchUpGraceMs;
    const backoffMs = emptyRepairs === 0 ? 0 : retryDelayMs(env, emptyRepairs - 1);
    gap.set(graceMs + backoffMs, () => {
      if (sequencer.behind && sequencer.position === before) {
        repair = true;
        emptyRepairs += 1;
        if (emptyRepairs > 1)
          channel.report(new EventsMissingError(`Events of ${name} are missing.`));
      } else emptyRepairs = 0;
      step();
    });
  };

  return {
    get active() {
      return active;
    },
    get caughtUp() {
      return hasCaughtUp();
    },
    step,
    heard(positions) {
      if (!active) return;
      const head = parsePosition(String(positions[name]));
      // The server does not count this subscription (any more, or when it took the ping): make it again.
      if (head) sequencer.hear(head);
      else repair = true;
      step();
    },
    stop() {
      stopped = true;
      active = false;
      retry.clear();
      gap.clear();
    },
  };
}
