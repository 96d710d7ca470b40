/** The Lambda functions' bundles in `dist/lambda/`, each with the file that exports its handlers. */
export const LAMBDA_FUNCTIONS = {
  realtime: 'services/realtime/lambda.ts',
  rotation: 'services/rotation/lambda.ts',
} as const;
