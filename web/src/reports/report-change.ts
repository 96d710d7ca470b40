import type { Report, ReportEventData } from '@ordercast/contract/report.ts';

type Versioned = Pick<Report, 'version'>;

/** What an event says of a run, applied; one that is not newer changes nothing. */
export function withEvent<Shown extends Report>(
  shown: Shown,
  event: ReportEventData | undefined,
): Shown {
  if (!event || event.version <= shown.version) return shown;
  // Who asked is known better from HTTP, where the caller is.
  return { ...shown, ...event, by: shown.by };
}

/** Of two readings of one run the later: a slow answer must not turn a page back. */
export function later<Shown extends Versioned>(shown: Shown | undefined, read: Shown): Shown {
  return shown && shown.version > read.version ? shown : read;
}

/** Newest first, each once. Ids are ULIDs, so their order is the order of asking. */
export function newestFirst(runs: Iterable<Report>): Report[] {
  const byId = new Map<string, Report>();
  for (const run of runs) byId.set(run.id, later(byId.get(run.id), run));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
