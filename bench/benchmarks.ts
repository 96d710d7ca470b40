import { badClients } from './bad-clients/bad-clients.ts';
import type { Benchmark } from './benchmark.ts';
import { gateway } from './gateway/gateway.ts';

/** All there are, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [badClients, gateway];
