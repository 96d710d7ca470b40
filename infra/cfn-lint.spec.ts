import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { STAGE_NAMES } from './testing/assembly.ts';

const isThere = spawnSync('cfn-lint', ['--version']).status === 0;

const findingsSchema = z.array(
  z.object({
    Filename: z.string(),
    Message: z.string(),
    Rule: z.object({ Id: z.string() }),
  }),
);

/**
 * `Fn::GetStackOutput` is younger than the rules on what may stand in a join or an output, which take it for an object. CloudFormation
 * and the rule on the function itself (E1069) know it.
 */
const UNKNOWN_FUNCTION = { rules: ['E1022', 'E6101'], message: /^\{'Fn::GetStackOutput'/ };

describe.each(STAGE_NAMES)('cfn-lint in %s', (stage) => {
  it.skipIf(!isThere)('finds nothing wrong with any template (needs cfn-lint on the PATH)', () => {
    const folder = inject('assemblies')[stage];
    const templates = readdirSync(folder)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => join(folder, file));
    // I3510: rights that fit no resource. W3005, W3010: what the library writes on purpose.
    const options = ['--format', 'json', '-c', 'I3510', '-i', 'W3005', 'W3010', '--'];
    const { stdout, stderr } = spawnSync('cfn-lint', [...options, ...templates], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(stderr).toBe('');
    const findings = findingsSchema
      .parse(JSON.parse(stdout))
      .filter(
        ({ Rule, Message }) =>
          !(UNKNOWN_FUNCTION.rules.includes(Rule.Id) && UNKNOWN_FUNCTION.message.test(Message)),
      )
      .map(
        ({ Filename, Message, Rule }) => `${Filename.replace(folder, '')} ${Rule.Id}: ${Message}`,
      );

    expect(findings).toEqual([]);
  });
});
