/** Stops the timer; harmless once it has run. */
export type CancelTimer = () => void;
/** Runs `run` once after `delayMs`, unless cancelled. */
export type SetTimer = (run: () => void, delayMs: number) => CancelTimer;

/** The longest delay that setTimeout keeps; a longer one would fire at once (HTML standard, 32 bits). */
const MAX_DELAY_MS = 2 ** 31 - 1;

export const platformTimers: SetTimer = (run, delayMs) => {
  const timer = setTimeout(run, Math.min(delayMs, MAX_DELAY_MS));
  return () => clearTimeout(timer);
};

/** Timers that `stop` cancels all at once, for good. */
export function stoppableTimers(setTimer: SetTimer): { setTimer: SetTimer; stop: () => void } {
  const running = new Set<CancelTimer>();
  return {
    setTimer(run, delayMs) {
      const cancel = (): void => {
        running.delete(cancel);
        cancelTimer();
      };
      const cancelTimer = setTimer(() => {
        running.delete(cancel);
        run();
      }, delayMs);
      running.add(cancel);
      return cancel;
    },
    stop: () => running.forEach((cancel) => cancel()),
  };
}

/** One timer that can be started anew; that cancels what it waited for. */
export interface RestartableTimer {
  readonly armed: boolean;
  set(delayMs: number, run: () => void): void;
  clear: () => void;
}

/** It waits for nothing until `set`. */
export function createRestartableTimer({ setTimer }: { setTimer: SetTimer }): RestartableTimer {
  let cancel: CancelTimer | undefined;
  const clear = (): void => {
    cancel?.();
    cancel = undefined;
  };
  return {
    get armed() {
      return cancel !== undefined;
    },
    set(delayMs, run) {
      clear();
      cancel = setTimer(() => {
        cancel = undefined;
        run();
      }, delayMs);
    },
    clear,
  };
}
