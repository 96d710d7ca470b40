import type { Benchmark, Figure } from './benchmark.ts';
import type { Spread } from './statistics.ts';
import { ratioOf, spreadOf } from './statistics.ts';

export interface Result extends Pick<Benchmark, 'name' | 'compares' | 'sides'> {
  rounds: number;
  figures: readonly ComparedFigure[];
}

export interface ComparedFigure {
  name: string;
  unit: string;
  /** The subject's over the reference's, round by round. */
  ratio: Spread;
  subject: Spread;
  reference: Spread;
}

/** Measures both sides in turns, A B A B …, so that what disturbs the machine hits both. */
export async function runBenchmark(
  { name, compares, sides, open }: Benchmark,
  rounds: number,
  progress: (text: string) => void,
): Promise<Result> {
  const subject: (readonly Figure[])[] = [];
  const reference: (readonly Figure[])[] = [];
  progress(`${name}: setting up`);
  const benchmark = await open();
  try {
    for (let round = 1; round <= rounds; round += 1) {
      progress(`${name}: round ${round} of ${rounds}`);
      subject.push(await benchmark.subject());
      reference.push(await benchmark.reference());
    }
  } finally {
    await benchmark.close();
  }
  return { name, compares, sides, rounds, figures: compareFigures(subject, reference) };
}

function compareFigures(
  subject: readonly (readonly Figure[])[],
  reference: readonly (readonly Figure[])[],
): ComparedFigure[] {
  return (subject[0] ?? []).map(({ name, unit }) => {
    const [ours, theirs] = [valuesOf(subject, name), valuesOf(reference, name)];
    return {
      name,
      unit,
      ratio: ratioOf(ours, theirs),
      subject: spreadOf(ours),
      reference: spreadOf(theirs),
    };
  });
}

function valuesOf(rounds: readonly (readonly Figure[])[], name: string): number[] {
  return rounds.map((figures) => {
    const figure = figures.find((candidate) => candidate.name === name);
    if (figure === undefined) throw new Error(`a round has no "${name}"`);
    return figure.value;
  });
}
