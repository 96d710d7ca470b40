import { inject } from 'vitest';
import { describe, expect, it } from 'vitest';
import { STAGE_NAMES, reportOf } from './testing/assembly.ts';

it('x', () => {
  console.log(JSON.stringify(reportOf('dev').pluginReports.map((r) => [r.pluginName, r.suppressedViolations.map((x) => [x.ruleName, x.violatingConstructs.length])])));
  console.log(inject('assemblies'));
});
