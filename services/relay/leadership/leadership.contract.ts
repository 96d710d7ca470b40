import { describe, expect, it } from 'vitest';
import type { Leadership } from './leadership.ts';

export interface Contenders {
  /** Two that contend for the same lead, each as a process of its own would. */
  leaderships: readonly [Leadership, Leadership];
  /** Ends the first one as kill -9 does, and lets the time pass that it takes to be noticed. */
  killFirst: () => Promise<void>;
  close: () => Promise<void>;
}

/** What every way to choose a leader must do. */
export function leadershipContract(open: () => Promise<Contenders>): void {
  const withContenders = async (test: (contenders: Contenders) => Promise<void>) => {
    const contenders = await open();
    try {
      await test(contenders);
    } finally {
      await contenders.close();
    }
  };

  describe('a leadership', () => {
    it('is held by one at a time, and can be given away and taken again', () =>
      withContenders(async ({ leaderships: [first, second] }) => {
        const term = await first.acquire();
        expect(await term?.isHeld()).toBe(true);
        expect(await second.acquire()).toBeUndefined();
        await term?.release();
        expect(await term?.isHeld()).toBe(false);
        const next = await second.acquire();
        expect(await next?.isHeld()).toBe(true);
        expect(await first.acquire()).toBeUndefined();
        await next?.release();
        const again = await first.acquire();
        expect(await again?.isHeld()).toBe(true);
        await again?.release();
      }));

    it('passes on when its holder dies, who then knows that it is lost', () =>
      withContenders(async ({ leaderships: [first, second], killFirst }) => {
        const term = await first.acquire();
        expect(term).toBeDefined();
        await killFirst();
        const next = await second.acquire();
        expect(await next?.isHeld()).toBe(true);
        expect(await term?.isHeld()).toBe(false);
        await next?.release();
      }));
  });
}
