import { ageingReport } from './ageing-report.ts';
import { dailyReport } from './daily-report.ts';
import { exportReport } from './export-report.ts';

/** Every report by its kind. A new one is a file beside these, and a line here. */
export const REPORT_DEFINITIONS = {
  daily: dailyReport,
  ageing: ageingReport,
  export: exportReport,
} as const;
