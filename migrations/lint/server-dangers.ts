import { cutText } from '@ordercast/platform/cut-text.ts';
import type { Statement } from '../schema/statement.ts';
import { tokenize } from '../schema/tokens.ts';
import type { Token } from '../schema/tokens.ts';
import type { Danger } from './finding.ts';
import { otherDatabaseIn } from './other-database.ts';
import { settingDangers } from './setting-dangers.ts';

/** System procedures that change neither schema nor server. */
const HARMLESS = [
  'sp_addextendedproperty',
  'sp_updateextendedproperty',
  'sp_dropextendedproperty',
  'sp_refreshview',
  'sp_refreshsqlmodule',
  'sp_recompile',
  'sp_addrolemember',
  'sp_droprolemember',
];
/** What reaches beyond the database; every `xp_` and `sp_OA` procedure does. */
const DANGEROUS: ReadonlySet<string> = new Set([
  'sp_configure',
  'sp_addlinkedserver',
  'sp_addlinkedsrvlogin',
  'sp_dropserver',
  'sp_serveroption',
  'sp_addextendedproc',
  'sp_addlogin',
  'sp_addsrvrolemember',
  'sp_changedbowner',
  'sp_attach_db',
  'sp_detach_db',
  'sp_renamedb',
  'sp_dboption',
  'sp_msforeachdb',
  'sp_msforeachtable',
  'sp_add_job',
  'sp_start_job',
  'sp_procoption',
  'sp_execute_external_script',
  'openrowset',
  'openquery',
  'opendatasource',
  'shutdown',
  'reconfigure',
]);
const WIDE_RIGHTS = ['CONTROL', 'ALL', 'ALTER', 'IMPERSONATE', 'OWNERSHIP'];
const WIDE_ROLES = ['db_owner', 'db_securityadmin', 'db_accessadmin', 'db_ddladmin', 'sysadmin'];

/** What a statement does to the server, to rights and to the session, beside tables and rows. */
export function serverDangers(statement: Statement): Danger[] {
  const tokens = tokenize(statement.sql);
  const dangers: Danger[] = [];
  const called = tokens.map(({ kind, value }, index) =>
    kind === 'word' || (kind === 'name' && isCalled(tokens[index - 1])) ? value.toLowerCase() : '',
  );
  for (const name of new Set(called.filter(isDangerous))) {
    dangers.push({ rule: 'dangerous-procedure', message: `${name} is used` });
  }
  const database = otherDatabaseIn(tokens);
  if (database !== undefined) {
    dangers.push({ rule: 'other-database', message: `it works on the database ${database}` });
  }
  if (statement.kind === 'create-index' && statement.resumable) {
    dangers.push({
      rule: 'cannot-run-in-transaction',
      message: `index ${statement.index.name} is built RESUMABLE, and every part of a step is a transaction`,
    });
  }
  if (statement.kind === 'data') dangers.push(...commandDangers(statement, tokens));
  return dangers;
}

/** Whether what follows is a procedure, so that it is one in brackets or quotes, too. */
function isCalled(before: Token | undefined): boolean {
  return ['.', 'EXEC', 'EXECUTE'].includes(before?.value.toUpperCase() ?? '');
}

function isDangerous(name: string): boolean {
  return DANGEROUS.has(name) || name.startsWith('xp_') || name.startsWith('sp_oa');
}

function commandDangers(
  { verb, procedure, sql }: Extract<Statement, { kind: 'data' }>,
  tokens: readonly Token[],
): Danger[] {
  const dangers = wideRights(verb, procedure, tokens);
  if (verb === 'WAITFOR')
    dangers.push({ rule: 'waiting', message: `${oneLine(sql)} is waited for` });
  if (verb === 'SET') dangers.push(...settingDangers(tokens));
  if (procedure !== undefined && !HARMLESS.includes(procedure) && !isDangerous(procedure)) {
    dangers.push({
      rule: 'unreadable-statement',
      message: `what the procedure ${procedure} does is not known: ${oneLine(sql)}`,
    });
  }
  return dangers;
}

function wideRights(
  verb: string,
  procedure: string | undefined,
  tokens: readonly Token[],
): Danger[] {
  const words = tokens.map(({ kind, value }) => (kind === 'text' ? '' : value.toUpperCase()));
  const found = (message: string): Danger[] => [{ rule: 'wide-rights', message }];
  if (verb === 'GRANT') {
    const [on, to] = [words.indexOf('ON'), words.lastIndexOf('TO')];
    const rights = words.slice(1, on === -1 ? to : on);
    const whom = tokens.slice(to + 1).filter(({ kind }) => kind === 'word' || kind === 'name');
    const app = whom[0]?.value ?? '';
    const wide = rights.find((word) => WIDE_RIGHTS.includes(word));
    if (wide !== undefined) return found(`${app} is granted ${wide}`);
    if (on === -1) return found(`${app} is granted ${rights.join(' ')} on the whole database`);
    if (whom.some(({ value }) => value.toLowerCase() === 'public')) {
      return found('every login is granted it: TO public');
    }
    if (words.join(' ').includes('WITH GRANT OPTION'))
      return found(`${app} may grant it to others`);
  }
  const isRole = verb === 'ALTER ROLE' && words.includes('ADD');
  if (!isRole && procedure !== 'sp_addrolemember') return [];
  const role = tokens.find(({ value }) => WIDE_ROLES.includes(value.toLowerCase()));
  return role === undefined ? [] : found(`a member is added to the role ${role.value}`);
}

export function oneLine(sql: string): string {
  return cutText(sql.replaceAll(/\s+/g, ' '), 120);
}
