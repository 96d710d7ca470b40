/**
 * What each command is called and takes. Those without a text print their own: they are programs that
 * read their options themselves.
 */
export const USAGES = {
  start: undefined,
  migrate: undefined,
  simulate: undefined,
  smoke: undefined,
  report: undefined,
  bench: undefined,
  fill: undefined,
  deploy: undefined,
  destroy: undefined,
  'diff-infra': undefined,
  test: `npm test -- [<path>…]

Runs the unit and integration tests and then the browser tests; installs and builds what is missing.

  <path>…     only the specs whose path holds one of these, and no browser tests
  -t <name>   only the specs whose name matches; every other option of vitest is taken as well
  -h, --help  this text

ORDERCAST_BROWSER=/path/to/chrome names the browser to use. Without it an installed Chromium or
Chrome is taken, else one is fetched.`,
  e2e: `npm run test:browser -- [<name>…]

Runs the browser tests.

  <name>…     only the files whose name holds one of these, such as orders
  -g <name>   only the tests whose name matches; every other option of "playwright test" is taken as well
  -h, --help  this text

ORDERCAST_BROWSER=/path/to/chrome names the browser to use.`,
  'test-sqlserver': `SQLSERVER_URL='mssql://…' npm run test:sqlserver -- [<path>…]

Runs the specs that need a SQL Server on the database that SQLSERVER_URL names; they empty it.

  <path>…     only the specs whose path holds one of these, and no browser tests
  -h, --help  this text`,
  'test-chaos': `npm run test:chaos

Runs minutes of faults of every kind over 500 clients.

  CHAOS_SEED=1,2      the seeds to run (default 1,2,3)
  CHAOS_SECONDS=60    how long the faults of one seed last
  -h, --help          this text`,
  'test-containers': `npm run test:containers

Builds the image by buildah and runs its programs by podman, as root, without Docker. Skipped by name where buildah,
podman, runc or debootstrap is missing (apt-get install buildah podman runc debootstrap).

  -h, --help  this text`,
  build: `npm run build

Installs what is missing and builds the page (web/dist) and the Lambda bundles (dist/lambda). Takes no options.`,
  sbom: `npm run sbom

Writes a bill of materials (CycloneDX 1.5) of the image, of the Lambda bundles and of the page into dist/sbom: each
package that they can hold, with version, hash and licence. Takes no options.`,
  check: `npm run check

Format, lint, types, import rules, dead code. Takes no options.`,
  'check-infra': `npm run check:infra -- [<path>…]

Installs and checks infra/: lint, types, import rules, and what its specs find in the templates of every stage.

  <path>…     only the specs whose path holds one of these; every option of vitest is taken as well
  -h, --help  this text`,
  'docs-schema': `npm run docs:schema

Writes docs/schema.md and docs/queries.md anew. Takes no options.`,
  'docs-asyncapi': `npm run docs:asyncapi

Writes docs/asyncapi.json anew. Takes no options.`,
};

/** Commands that read no arguments refuse them. */
export const WITHOUT_OPTIONS = new Set(['build', 'sbom', 'check', 'docs-schema', 'docs-asyncapi']);
