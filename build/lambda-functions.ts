export interface LambdaFunction {
  /** The file that exports the handlers. */
  entry: string;
  /** Files that lie beside the code, where they are there. */
  files?: readonly string[];
}

/** What is loaded before every function: `tracing.mjs` of its bundle. */
export const TRACING = 'platform/tracing/main.ts';

/** The Lambda functions, by the names of their folders in `dist/lambda/`; paths are relative to the repository. */
export const LAMBDA_FUNCTIONS = {
  realtime: { entry: 'services/realtime/lambda.ts' },
  reports: {
    entry: 'services/reports/lambda.ts',
    files: ['certificates/global-bundle.pem'],
  },
  rotation: {
    entry: 'services/rotation/lambda.ts',
    files: ['certificates/global-bundle.pem'],
  },
} as const satisfies Record<string, LambdaFunction>;
