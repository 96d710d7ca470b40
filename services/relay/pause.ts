import type { Wait } from '@ordercast/platform/wait.ts';

/** Waits that another part can cut short. */
export interface Pause {
  /** Resolves after `ms`, or at once when somebody calls `end` (also if since the last wait). */
  wait: (ms: number) => Promise<void>;
  end: () => void;
}

/** One pause; only one waits at a time. */
export function createPause(wait: Wait): Pause {
  let ending = new AbortController();
  return {
    wait: async (ms) => {
      await wait(ms, ending.signal);
      ending = new AbortController();
    },
    end: () => ending.abort(),
  };
}
