import type { Position } from '@ordercast/protocol/position.ts';
import type { IdItem } from './log-table.ts';

/**
 * How many ids of a channel a writer knows, newest first. A repeat is a row that a relay had published
 * and not yet marked, of which there are 2,000 at most (services/relay/relay-term.ts), and between
 * them stand rows that were marked sooner: so twice as many.
 */
export const RECENT_IDS = 4_000;

/** What one writer knows of a channel: the end of its log, and which events stand near it. */
export class WriterView {
  readonly epoch: string;
  #seq: number;
  readonly #seqs = new Map<string, number>();
  /** Epoch ms at which the table last agreed with this view. */
  confirmedAt: number;

  constructor({ epoch, seq }: Position, confirmedAt: number) {
    this.epoch = epoch;
    this.#seq = seq;
    this.confirmedAt = confirmedAt;
  }

  /** The last number of the log. */
  get seq(): number {
    return this.#seq;
  }

  /** The number under which the log holds an event, as far as this view reaches back. */
  seqOf(id: string): number | undefined {
    return this.#seqs.get(id);
  }

  /** Takes in the item that follows the end of the log. */
  extend(item: Pick<IdItem, 'from' | 'to' | 'ids'>): void {
    this.remember(item);
    this.#seq = item.to;
  }

  /** Takes in the ids of an item; items come oldest first. */
  remember({ from, ids }: Pick<IdItem, 'from' | 'ids'>): void {
    ids.forEach((id, index) => this.#seqs.set(id, from + index));
  }

  /** Lets go of all but the newest ids; not while an append still looks for its repeats. */
  forgetOld(): void {
    for (const oldest of this.#seqs.keys()) {
      if (this.#seqs.size <= RECENT_IDS) break;
      this.#seqs.delete(oldest);
    }
  }
}
