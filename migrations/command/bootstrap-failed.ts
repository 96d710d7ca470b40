/** What bootstrap did and what not, as titles of its parts, when one of them failed. */
export interface BootstrapProgress {
  done: readonly string[];
  failed: string;
  left: readonly string[];
}

/** A part of it failed; those before it are done, and the same command may be run again. */
export class BootstrapFailed extends Error {
  override name = 'BootstrapFailed';
  readonly progress: BootstrapProgress;

  constructor(progress: BootstrapProgress, cause: unknown) {
    super(`bootstrap failed at "${progress.failed}"`, { cause });
    this.progress = progress;
  }
}

/** For whoever has to go on from there; several parts may have one title. */
export function describeProgress({ done, failed, left }: BootstrapProgress): string {
  const others = (titles: readonly string[]) => new Set(titles.filter((one) => one !== failed));
  return [
    ...section('Done, and stays:', others(done)),
    ...section('Not known to be done:', [failed]),
    ...section('Not begun:', others(left)),
    'Then run the same command again: it leaves what is there as it is, and does the rest.',
  ].join('\n');
}

function section(heading: string, titles: Iterable<string>): string[] {
  const lines = [...titles].map((title) => `  ${title}`);
  return lines.length === 0 ? [] : [heading, ...lines];
}
