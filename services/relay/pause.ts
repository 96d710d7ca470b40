/** Waits that another part can cut short. */
export interface Pause {
  /** Resolves after `ms`, or at once when somebody calls `end` (also if since the last wait). */
  wait: (ms: number) => Promise<void>;
  end: () => void;
}

/** One pause; only one waits at a time. */
export function createPause(): Pause {
  let isEnded = false;
  let wake: (() => void) | undefined;
  return {
    wait: async (ms) => {
      if (!isEnded) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      isEnded = false;
    },
    end: () => {
      isEnded = true;
      wake?.();
    },
  };
}
