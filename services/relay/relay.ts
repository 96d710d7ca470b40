import { retryPauseMs } from '@ordercast/platform/retry-pause.ts';
import { wait as waitByTimer } from '@ordercast/platform/wait.ts';
import { createPause } from './pause.ts';
import type { RelaySettings } from './relay-settings.ts';
import { createRelayTerm } from './relay-term.ts';
import type { RelayTerm } from './relay-term.ts';

/** The lease or lock that relays of one database contend for. */
export const RELAY_LEASE = 'relay';

export interface Relay {
  /** Something was committed in this process: look at once. */
  nudge: () => void;
  /** Finishes what is being published, marks it, and gives the lead away. */
  stop: () => Promise<void>;
}

/** How often somebody who does not lead asks for the lead. */
const CANDIDATE_MS = 200;
/** After a failure, the database's as a rule. */
const PAUSES = { baseMs: 250, maxMs: 10_000 };

/**
 * Carries the outbox to the realtime channels: claims, publishes, completes, as long as it leads.
 * Several may run on one database; one leads, and another takes over when it dies. Whatever
 * happens in between is repeated by the next, and recognised by the channels' logs.
 */
export function startRelay(settings: RelaySettings): Relay {
  const { leadership, log, random, wait = waitByTimer } = settings;
  const pause = createPause(wait);
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  let term: RelayTerm | undefined;
  let failures = 0;
  const onClaimed = () => void (failures = 0);

  const run = async (): Promise<void> => {
    while (!isStopping()) {
      try {
        const lead = await leadership.acquire();
        if (lead === undefined) {
          failures = 0;
          await pause.wait(CANDIDATE_MS * (0.5 + random()));
          continue;
        }
        log.info('leading');
        term = createRelayTerm({ ...settings, lead, onClaimed });
        if (isStopping()) term.end();
        await term.finished;
        log.info('not leading any more');
      } catch (error) {
        log.error({ err: error }, 'the relay failed and begins anew');
        failures += 1;
        await pause.wait(retryPauseMs(failures, PAUSES, random));
      } finally {
        term = undefined;
      }
    }
  };
  const finished = run();

  return {
    nudge: () => term?.nudge(),
    stop: async () => {
      stopping.abort();
      term?.end();
      pause.end();
      await finished;
    },
  };
}
