/** Databases that are the server's own; `rdsadmin` is that of Amazon RDS. */
export const SYSTEM_DATABASES: readonly string[] = [
  'master',
  'model',
  'msdb',
  'tempdb',
  'rdsadmin',
];
