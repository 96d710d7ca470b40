import { parseArgs } from 'node:util';
import { argumentFault } from '@ordercast/platform/argument-fault.ts';
import type { Benchmark } from './benchmark.ts';

export interface BenchArguments {
  action: 'help' | 'list' | 'run';
  /** The benchmarks that were named, or all. */
  benchmarks: readonly Benchmark[];
  rounds: number;
  json: boolean;
}

/** The command line cannot be understood; the message says what to write. */
export class ArgumentsError extends Error {
  override name = 'ArgumentsError';
}

const DEFAULT_ROUNDS = '5';

export const USAGE = `npm run bench -- [options] [<name>…]

  <name>…        the benchmarks to run (default: all)
  --rounds <n>   how often each side is measured, 1 to 100 (default ${DEFAULT_ROUNDS})
  --json         one JSON document for machines
  --list         what there is
  -h, --help     this text`;

/** Reads `npm run bench -- …`. @throws ArgumentsError */
export function readArguments(
  args: readonly string[],
  known: readonly Benchmark[],
): BenchArguments {
  const { values, positionals } = parse(args);
  if (values.list && args.some((arg) => arg.startsWith('--rounds'))) {
    throw refusal('--list measures nothing, so --rounds has no use.');
  }
  if (!/^[1-9]\d?$|^100$/.test(values.rounds)) {
    throw refusal(`--rounds is a whole number from 1 to 100, not "${values.rounds}".`);
  }
  const named = [...new Set(positionals)].map((name) => {
    const benchmark = known.find((candidate) => candidate.name === name);
    if (benchmark !== undefined) return benchmark;
    const names = known.map((candidate) => candidate.name).join(', ');
    throw refusal(`There is no benchmark "${name}". There are: ${names}.`);
  });
  return {
    action: values.help ? 'help' : values.list ? 'list' : 'run',
    benchmarks: named.length > 0 ? named : known,
    rounds: Number(values.rounds),
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: DEFAULT_ROUNDS },
        json: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw refusal(`${argumentFault(error)}.`);
  }
}

function refusal(reason: string): ArgumentsError {
  return new ArgumentsError(`${reason}\n\n${USAGE}`);
}
