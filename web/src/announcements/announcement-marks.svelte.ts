import { ulidSchema } from '@ordercast/contract/page.ts';
import { z } from 'zod';
import { parseJson } from '../storage/parse-json.ts';

/** Marks kept one by one; past that the oldest of them speaks for all before it. */
const MAX_SINGLE_MARKS = 100;

/** Announcements up to one, that one included, and some later ones by themselves. */
const marksSchema = z.object({ upTo: z.string(), ids: z.array(z.string()) });
type Marks = z.infer<typeof marksSchema>;

/**
 * Which announcements one person has put away, or has read: what `storage` remembers of other days and other
 * tabs, and what was marked here. Ids are ULIDs, so their order is the order of publishing.
 */
export class AnnouncementMarks {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #key: string;
  #marks = $state.raw<Marks>({ upTo: '', ids: [] });

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>, key: string) {
    this.#storage = storage;
    this.#key = key;
    this.#marks = this.#stored();
  }

  has(id: string): boolean {
    return id <= this.#marks.upTo || this.#marks.ids.includes(id);
  }

  add(id: string): void {
    if (!this.has(id)) this.#keep({ upTo: this.#marks.upTo, ids: [...this.#marks.ids, id] });
  }

  /** Marks an announcement and all before it. */
  addUpTo(id: string): void {
    if (id > this.#marks.upTo) this.#keep({ upTo: id, ids: this.#marks.ids });
  }

  #keep(marks: Marks): void {
    this.#marks = bounded(union(marks, this.#stored()));
    this.#storage.setItem(this.#key, JSON.stringify(this.#marks));
  }

  #stored(): Marks {
    const text = this.#storage.getItem(this.#key) ?? '';
    // Earlier versions of this page kept the newest announcement that was put away, and nothing else.
    if (ulidSchema.safeParse(text).success) return { upTo: text, ids: [] };
    return marksSchema.safeParse(parseJson(text)).data ?? { upTo: '', ids: [] };
  }
}

function union(one: Marks, other: Marks): Marks {
  const upTo = one.upTo > other.upTo ? one.upTo : other.upTo;
  const ids = [...new Set([...one.ids, ...other.ids])].filter((id) => id > upTo).sort();
  return { upTo, ids };
}

/** @param marks whose ids are sorted */
function bounded({ upTo, ids }: Marks): Marks {
  const surplus = ids.slice(0, Math.max(0, ids.length - MAX_SINGLE_MARKS));
  return { upTo: surplus.at(-1) ?? upTo, ids: ids.slice(surplus.length) };
}
