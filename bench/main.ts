import { availableParallelism } from 'node:os';
import { textTable } from '@ordercast/platform/text-table.ts';
import type { BenchArguments } from './arguments.ts';
import { ArgumentsError, readArguments, USAGE } from './arguments.ts';
import { BENCHMARKS } from './benchmarks.ts';
import { resultText } from './result-text.ts';
import type { Result } from './run-benchmark.ts';
import { runBenchmark } from './run-benchmark.ts';

const USAGE_ERROR = 2;

/** `npm run bench`: results go to standard output, what goes on meanwhile to standard error. */
async function bench({ action, benchmarks, rounds, json }: BenchArguments): Promise<void> {
  if (action === 'help') console.log(USAGE);
  else if (action === 'list') console.log(listText(benchmarks, json));
  else {
    const machine = { cpus: availableParallelism(), node: process.version };
    const results: Result[] = [];
    if (!json) console.log(`${machine.cpus} CPUs, Node ${machine.node}, ${rounds} rounds`);
    for (const benchmark of benchmarks) {
      const result = await runBenchmark(benchmark, rounds, (text) => console.error(text));
      results.push(result);
      if (!json) console.log(`\n${resultText(result)}`);
    }
    if (json) console.log(JSON.stringify({ machine, benchmarks: results }, undefined, 2));
  }
}

function listText(benchmarks: BenchArguments['benchmarks'], json: boolean): string {
  const list = benchmarks.map(({ name, compares }) => ({ name, compares }));
  return json
    ? JSON.stringify(list, undefined, 2)
    : textTable(list.map(({ name, compares }) => [name, compares]));
}

try {
  await bench(readArguments(process.argv.slice(2), BENCHMARKS));
} catch (error) {
  const isUsage = error instanceof ArgumentsError;
  console.error(isUsage ? error.message : error);
  // At once: a benchmark that failed may have left something open.
  process.exit(isUsage ? USAGE_ERROR : 1);
}
