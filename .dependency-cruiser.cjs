/** The ring of docs/architecture.md runs one way: who may import whom. */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: {
    path: '^(services|websocket|web|migrations|local|bench|e2e|infra)/',
    pathNot: [from, ...allowed],
  },
});

const feature = '^services/([^/]+)/';

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
      name: 'composition-roots-are-not-imported',
      severity: 'error',
      comment: 'local, bench and e2e may import all; nobody imports them.',
      from: { pathNot: '^(local|bench|e2e)/' },
      to: { path: '^(local|bench|e2e)/' },
    },
    only('contract-stands-alone', '^services/contract/', [], 'zod only, browser-safe'),
    only('protocol-stands-alone', '^websocket/protocol/', [], 'zod only, browser-safe'),
    only('client-knows-the-protocol', '^websocket/client/', ['^websocket/protocol/']),
    only('websocket-knows-no-orders', '^websocket/', [], 'payloads are opaque to websocket'),
    only('web-speaks-contracts', '^web/', ['^services/contract/', '^websocket/client/']),
    only('migrations-need-the-platform', '^migrations/(?!.*\\.spec\\.ts$)', [
      '^migrations/',
      '^services/platform/',
    ]),
    only('migration-specs-need-test-servers', '^migrations/.*\\.spec\\.ts$', [
      '^migrations/',
      '^services/(platform|testing)/',
    ]),
    {
      name: 'browser-safe',
      severity: 'error',
      comment: 'contract, protocol, client and web run in a browser.',
      from: {
        path: '^(services/contract|websocket/(protocol|client)|web/src)/',
        pathNot: '\\.(spec|contract)\\.ts$|/testing/',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'platform-knows-no-feature',
      severity: 'error',
      from: { path: '^services/platform/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(services|websocket)/', pathNot: '^services/platform/' },
    },
    {
      name: 'features-meet-only-in-roots',
      severity: 'error',
      comment:
        'A feature imports platform, contract, http and outbox; roots put features together.',
      from: {
        path: feature,
        pathNot: '^services/(platform|contract|http|relay)/|\\.(spec|contract)\\.ts$|/testing/',
      },
      to: {
        path: feature,
        pathNot: ['^services/$1/', '^services/(platform|contract|http|outbox|idempotency|people)/'],
      },
    },
    {
      name: 'only-the-relay-publishes',
      severity: 'error',
      comment: 'Orders reach the sockets through the outbox alone.',
      from: { path: '^services/', pathNot: '^services/relay/|\\.(spec|contract)\\.ts$|/testing/' },
      to: { path: '^websocket/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'svelte'],
      extensions: ['.ts', '.js', '.svelte', '.json'],
    },
  },
};
