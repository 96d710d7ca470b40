/** How `lint` answers: for a reader, a program, code scanning (SARIF 2.1.0), a build server. */
export const LINT_FORMATS = ['text', 'json', 'sarif', 'junit'] as const;

export type LintFormat = (typeof LINT_FORMATS)[number];
