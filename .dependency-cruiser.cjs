/** The house of docs/architecture.md: who may import whom. Data runs one way round its ring. */
const ROOMS =
  'platform|emulators|services|websocket|web|migrations|local|bench|e2e|infra|launcher|build';

/** What is run by the test runner. */
const SPEC = '\\.(spec|contract|e2e|chaos|containers)\\.ts$';
/** What only such files, and programs that measure, may use. */
const TESTING = '/testing/';
const notDeployed = [SPEC, TESTING];

/** Of this repository, the files at `from` import each other and what is allowed, and nothing else. */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: `^(${ROOMS})/`, pathNot: [from, ...allowed] },
});

const feature = '^services/(?!node_modules/)([^/]+)/';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      // One ships types only, one is there only once the client library is built, and one is installed where
      // a browser for the tests is wanted.
      to: {
        couldNotResolve: true,
        pathNot: ['^aws-lambda$', '^@ordercast/client$', '^@sparticuz/chromium$'],
      },
    },
    {
      name: 'local-is-imported-by-tests-alone',
      severity: 'error',
      comment: 'local, bench and e2e may import all rooms; of each other only what follows.',
      from: { pathNot: '^(local|bench|e2e)/' },
      to: { path: '^local/' },
    },
    {
      name: 'bench-is-not-imported',
      severity: 'error',
      from: { pathNot: '^bench/' },
      to: { path: '^bench/' },
    },
    {
      name: 'e2e-is-not-imported',
      severity: 'error',
      from: { pathNot: '^e2e/' },
      to: { path: '^e2e/' },
    },
    {
      name: 'launcher-stands-alone',
      severity: 'error',
      comment: 'It runs before anything is installed.',
      from: { path: '^launcher/', pathNot: notDeployed },
      to: {
        path: '^(?!launcher/|(node_modules/)?@sparticuz/|node_modules/@playwright/|[a-z:/_]+$)',
      },
    },
    {
      name: 'the-test-runner-stays-in-tests',
      severity: 'error',
      comment:
        'What imports the test runner is a spec, a contract suite, or lies in testing/; the launcher asks it for a browser.',
      from: { pathNot: [SPEC, TESTING, '\\.config\\.ts$', '^launcher/browser\\.js$'] },
      to: { path: ['node_modules/(vitest|@vitest)/', 'node_modules/(@playwright|playwright)/'] },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      comment: 'What is deployed, and what a laptop runs, holds no test and no tool of tests.',
      from: { path: `^(${ROOMS})/`, pathNot: [...notDeployed, '^(bench|e2e)/'] },
      to: { path: notDeployed },
    },
    only('build-imports-nothing', '^build/', [], 'It names what it bundles by its path.'),
    only('platform-is-the-ground', '^platform/', [], 'It knows no feature.'),
    only('emulators-need-the-platform', '^emulators/', ['^platform/']),
    {
      name: 'emulators-stand-alone',
      severity: 'error',
      comment: 'Each can be lifted by itself.',
      from: { path: '^emulators/([^/]+)/' },
      to: { path: '^emulators/', pathNot: '^emulators/$1/' },
    },
    only('contract-stands-alone', '^services/contract/', [], 'zod only, browser-safe'),
    only('protocol-stands-alone', '^websocket/protocol/', [], 'zod only, browser-safe'),
    only('client-knows-the-protocol', '^websocket/client/', ['^websocket/protocol/']),
    {
      name: 'websocket-is-deployed-by-itself',
      severity: 'error',
      comment: 'The ground and the emulators are for its specs.',
      from: { path: '^websocket/', pathNot: notDeployed },
      to: { path: '^(platform|emulators)/' },
    },
    only(
      'websocket-knows-no-orders',
      '^websocket/',
      ['^platform/', '^emulators/'],
      'Payloads and channels are opaque to websocket: their policy is handed in.',
    ),
    only('web-speaks-contracts', '^web/', ['^services/contract/', '^websocket/client/']),
    {
      name: 'infra-knows-names-alone',
      severity: 'error',
      comment: 'It names programs, variables and folders; its specs compare them with the code.',
      from: { path: '^infra/', pathNot: notDeployed },
      to: { path: `^(${ROOMS})/`, pathNot: '^infra/' },
    },
    {
      name: 'infra-is-not-imported',
      severity: 'error',
      from: { pathNot: '^infra/' },
      to: { path: '^infra/' },
    },
    only('migrations-need-the-platform', '^migrations/', ['^platform/']),
    {
      name: 'emulators-are-not-deployed',
      severity: 'error',
      comment: 'local, bench, e2e and specs stand on them.',
      from: { pathNot: [...notDeployed, '^(emulators|local|bench|e2e)/'] },
      to: { path: '^emulators/' },
    },
    {
      name: 'services-migrate-in-tests-alone',
      severity: 'error',
      from: { path: '^services/', pathNot: notDeployed },
      to: { path: '^migrations/' },
    },
    {
      name: 'browser-safe',
      severity: 'error',
      comment: 'contract, protocol, client and web run in a browser.',
      from: {
        path: '^(services/contract|websocket/(protocol|client)|web/src)/',
        pathNot: notDeployed,
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'features-meet-only-in-roots',
      severity: 'error',
      comment:
        'A feature imports contract and what serves them all; roots put features together, and ' +
        'housekeeping-tasks.ts what each wants done in the background.',
      from: {
        path: feature,
        pathNot: [
          '^services/(http|relay|realtime)/',
          '^services/housekeeping/housekeeping-tasks\\.ts$',
          ...notDeployed,
        ],
      },
      to: {
        path: feature,
        pathNot: ['^services/$1/', '^services/(contract|http|outbox|idempotency|people)/'],
      },
    },
    {
      name: 'http-knows-no-feature',
      severity: 'error',
      from: { path: '^services/http/', pathNot: notDeployed },
      to: { path: feature, pathNot: '^services/(http|contract)/' },
    },
    {
      name: 'the-relay-knows-no-feature',
      severity: 'error',
      from: { path: '^services/(relay|realtime)/', pathNot: notDeployed },
      to: {
        path: feature,
        pathNot: '^services/(relay|realtime|contract|outbox|housekeeping|idempotency)/',
      },
    },
    {
      name: 'roots-are-not-imported',
      severity: 'error',
      comment: 'create-api.ts and api.ts put services together.',
      from: { path: feature, pathNot: notDeployed },
      to: { path: '^services/[^/]+\\.ts$' },
    },
    {
      name: 'schemas-need-zod-alone',
      severity: 'error',
      from: { path: '^(services/contract|websocket/protocol)/', pathNot: notDeployed },
      to: { path: 'node_modules/(?!zod/)' },
    },
    {
      name: 'the-client-needs-nothing',
      severity: 'error',
      from: { path: '^websocket/client/', pathNot: notDeployed },
      to: { path: 'node_modules/' },
    },
    {
      name: 'only-the-relay-publishes',
      severity: 'error',
      comment: 'Orders reach the sockets through the outbox alone.',
      from: { path: '^services/', pathNot: ['^services/(relay|realtime)/', ...notDeployed] },
      to: { path: '^websocket/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(web|websocket/client)/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'svelte'],
      extensions: ['.ts', '.js', '.svelte', '.json'],
    },
  },
};
