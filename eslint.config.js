import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: one name everywhere.',
};
const NO_SLEEP =
  'Wait for what shall have happened: a held promise, a poll, timers that the test moves.';

export default ts.config(
  // infra/eslint.config.js has the same rules for what is installed apart.
  { ignores: ['infra/**'] },
  { ignores: ['**/dist/**', '**/node_modules/**', '.local/**', 'test-results/**'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      // The whole library is marked as superseded; it is the SRP client that we mean to use.
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          allow: [
            {
              from: 'package',
              package: 'amazon-cognito-identity-js',
              name: [
                'AuthenticationDetails',
                'CognitoAccessToken',
                'CognitoIdToken',
                'CognitoRefreshToken',
                'CognitoUser',
                'CognitoUserAttribute',
                'CognitoUserPool',
                'CognitoUserSession',
                'IAuthenticationCallback',
                'ICognitoStorage',
              ],
            },
          ],
        },
      ],
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT],
    },
  },
  {
    files: ['**/*.config.{js,ts,cjs}', '**/*.cjs', '**/knexfile.*', 'launcher/**', '**/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['**/*.{js,mjs,cjs}'], extends: [ts.configs.disableTypeChecked] },
  { files: ['local/console/page/**'], languageOptions: { globals: globals.browser } },
  // A test that sleeps, or asks the machine's clock or dice, fails where the machine is busy or unlucky.
  {
    files: ['**/*.{spec,contract,e2e,chaos,containers}.ts', '**/testing/**'],
    // Its comment says why a schedule of faults takes time.
    ignores: ['e2e/testing/real-pause.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval'].map((name) => ({ name, message: NO_SLEEP })),
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:timers', 'node:timers/promises', 'timers', 'timers/promises'].map(
            (name) => ({
              name,
              importNames: ['setTimeout', 'setInterval', 'scheduler'],
              message: NO_SLEEP,
            }),
          ),
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use seededRandom(seed).' },
        { property: 'waitForTimeout', message: NO_SLEEP },
      ],
    },
  },
  {
    files: ['**/*.{spec,contract}.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        NO_DEFAULT_EXPORT,
        ...[
          "MemberExpression[object.name='Date'][property.name='now']",
          "MemberExpression[object.name='performance'][property.name='now']",
          "NewExpression[callee.name='Date'][arguments.length=0]",
          "MemberExpression[object.name='AbortSignal'][property.name='timeout']",
        ].map((selector) => ({
          selector,
          message:
            'Use a clock that the test moves, or realTimeMs() where a library asks the machine.',
        })),
      ],
    },
  },
  {
    files: ['web/src/**'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['localStorage', 'sessionStorage'].map((name) => ({
          name,
          message: 'Use PageStorage: the browser may block it, or have no room.',
        })),
      ],
    },
  },
  {
    files: ['e2e/*.e2e.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        NO_DEFAULT_EXPORT,
        {
          selector:
            "ImportDeclaration[source.value='@playwright/test'] > ImportSpecifier[imported.name='test']",
          message: 'Use watchedTest: it fails where a page breaks its policy or complains.',
        },
      ],
    },
  },
  // Playwright reads a fixture's needs from the names of a pattern; an empty one needs nothing.
  { files: ['e2e/**'], rules: { 'no-empty-pattern': 'off' } },
  {
    files: ['web/**', '**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      // Values in $state.raw are replaced, never changed, so plain ones serve.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
);
