import type { Headline, ReportDefinition } from '../definition/report-definition.ts';
import { REPORT_DEFINITIONS } from '../definition/report-definitions.ts';
import type { ReportRun } from '../run/report-run.ts';

/** Title and lines of a finished run. Throws where its figures are not of the shape that its report has. */
export function runHeadline(run: ReportRun): Headline {
  const { from, to, timeZone, figures } = run;
  const scope = { from, to, timeZone, at: run.finishedAt ?? run.createdAt };
  const definition: ReportDefinition<unknown> = REPORT_DEFINITIONS[run.kind];
  return definition.headline(definition.figuresSchema.parse(JSON.parse(figures ?? 'null')), scope);
}
