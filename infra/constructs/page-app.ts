import { CfnApp, CfnBranch } from 'aws-cdk-lib/aws-amplify';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings/stage-settings.ts';
import { asFound, explain } from './explain.ts';

/** Of a manual deployment, whose branch stands for no branch of a repository. */
const MANUAL_BRANCH = 'main';
/** What has no dot in its last part, but for these folders, is a page of the app's own. */
const PAGE_PATHS =
  '</^[^.]+$|\\.(?!(css|gif|ico|jpg|js|json|map|png|svg|txt|webmanifest|woff2)$)([^.]+$)/>';

/**
 * Amplify Hosting's app for the page. It is made before the APIs, which must know the page's origin; the `web` stack puts what
 * the page must know of the APIs on its branch.
 */
export class PageApp extends Construct {
  readonly app: CfnApp;
  readonly branchName: string;
  /** As a browser writes it in `Origin`. */
  readonly origin: string;

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    const { page, domain, stage } = settings;
    this.branchName = page.kind === 'manual' ? MANUAL_BRANCH : page.branch;
    this.app = new CfnApp(this, 'App', {
      name: `ordercast-${stage}`,
      description: 'The page of Ordercast',
      platform: 'WEB',
      customHeaders: customHeaders(settings),
      customRules: [{ source: PAGE_PATHS, target: '/index.html', status: '200' }],
      ...(page.kind === 'repository' && {
        repository: page.repository,
        accessToken: Secret.fromSecretNameV2(
          this,
          'RepositoryToken',
          page.tokenSecret,
        ).secretValue.unsafeUnwrap(),
        buildSpec: BUILD_SPECIFICATION,
      }),
    });
    this.origin =
      domain === undefined
        ? `https://${this.branchName}.${this.app.attrDefaultDomain}`
        : `https://${domain.page}`;
  }
}

/** Lets who has it deploy the page by hand, and nothing else of the app. */
export function deployPagePolicy(scope: Construct, { app }: PageApp): ManagedPolicy {
  const everyJob = `${app.attrArn}/*`;
  const policy = new ManagedPolicy(scope, 'DeployPage', {
    description: 'Deploys the page',
    statements: [
      new PolicyStatement({
        actions: [
          'amplify:ListJobs',
          'amplify:StopJob',
          'amplify:CreateDeployment',
          'amplify:StartDeployment',
          'amplify:GetJob',
          'amplify:StartJob',
        ],
        resources: [app.attrArn, everyJob],
      }),
    ],
  });
  explain(
    policy,
    `IAM5[Resource::${asFound(scope, everyJob)}]`,
    'each deployment is a job with a number of its own',
  );
  return policy;
}

export function pageBranch(
  scope: Construct,
  { app, branchName }: PageApp,
  { page, stage }: StageSettings,
  environment: Readonly<Record<string, string>>,
): CfnBranch {
  return new CfnBranch(scope, 'Branch', {
    appId: app.attrAppId,
    branchName,
    stage: stage === 'prod' ? 'PRODUCTION' : 'DEVELOPMENT',
    enableAutoBuild: page.kind === 'repository',
    environmentVariables: Object.entries(environment).map(([name, value]) => ({ name, value })),
  });
}

/** The same that the laptop serves (`local/single-page-app.ts`), as Amplify's YAML has it. */
function customHeaders({ region, domain }: StageSettings): string {
  const apis =
    domain === undefined
      ? // Names of the APIs are given at the deployment after this one: the page may call any API of the Region.
        [
          `https://*.execute-api.${region}.amazonaws.com`,
          `wss://*.execute-api.${region}.amazonaws.com`,
        ]
      : [`https://${domain.api}`, `wss://${domain.realtime}`];
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' ${apis.join(' ')} https://cognito-idp.${region}.amazonaws.com`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
  const everywhere: Readonly<Record<string, string>> = {
    'Content-Security-Policy': policy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    'Referrer-Policy': 'no-referrer',
    'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  };
  const rules = [
    { pattern: '**/*', headers: everywhere },
    { pattern: '/config.json', headers: { 'Cache-Control': 'no-store' } },
    {
      pattern: '/assets/**/*',
      headers: { 'Cache-Control': 'public, max-age=31536000, immutable' },
    },
  ];
  const lines = rules.flatMap(({ pattern, headers }) => [
    `  - pattern: '${pattern}'`,
    '    headers:',
    ...Object.entries(headers).flatMap(([key, value]) => [
      `      - key: '${key}'`,
      `        value: ${JSON.stringify(value)}`,
    ]),
  ]);
  return ['customHeaders:', ...lines, ''].join('\n');
}

/** Amplify builds what its branch holds, and writes `/config.json` from the branch's environment. */
const BUILD_SPECIFICATION = `version: 1
frontend:
  phases:
    build:
      commands:
        - npm run build
        - printf '%s' "$ORDERCAST_CONFIG" > web/dist/config.json
  artifacts:
    baseDirectory: web/dist
    files:
      - '**/*'
`;
