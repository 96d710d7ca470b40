import { badClients } from './bad-clients/bad-clients.ts';
import type { Benchmark } from './benchmark.ts';
import { gateway } from './gateway/gateway.ts';
import { posts } from './posts/posts.ts';
import { reportExport } from './report-export/report-export.ts';

/** All there are, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [badClients, posts, gateway, reportExport];
