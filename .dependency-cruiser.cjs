/**
 * The walls of the house. tests/house/import-rules.test.ts sees each rule fire. Services: subgraphs/<name>, gateway,
 * inference-workers. They meet in contracts/, in kernel/ and in the standalone only. Tests and fixtures obey the rules
 * of the folder that they stand in; a rule that is about the product alone says so.
 */
const tests = '\\.(test|contract|fixture)\\.tsx?$|/fixture-migrations/|^(tests|bench)/';

/** What tests start beside the code under test. None of it knows a service. */
const testTools = 'tests/(services|scripted-provider|tool-server|mcp-server|tiny-gguf)/';

/**
 * The floors of the gateway, from the top: each folder imports only folders below it. Files beside them compose all.
 */
const gatewayFloors = [
  '[^/]+\\.ts$',
  '(sign-in|shared-pages)/',
  '(http|websocket)/',
  'subscriptions/',
  'operations/',
  'admission/',
  'limits/',
  'planning/',
  'supergraph/',
  'authorization/',
  'execution/',
  'upstream/',
  'observation/',
  'errors/',
  'authentication/',
  '(contract|directives|documents|memory|site)/',
];

const gatewayFloorRules = gatewayFloors.slice(1).map((floor, index) => ({
  name: 'gateway-floors-go-down',
  comment: 'In the gateway imports run one way, from the transports down to the connections to subgraphs.',
  severity: 'error',
  from: { path: `^gateway/${floor}` },
  to: { path: `^gateway/(${gatewayFloors.slice(0, index + 1).join('|')})` },
}));

module.exports = {
  forbidden: [
    {
      name: 'subgraphs-are-islands',
      comment: 'A subgraph asks another through the graph or the broker, never by import.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'services-meet-below',
      comment: 'Gateway, workers and subgraphs know each other by contract.',
      severity: 'error',
      from: { path: '^(subgraphs|gateway|inference-workers)/' },
      to: { path: '^(subgraphs|gateway|inference-workers|standalone|scripts|client)/', pathNot: '^$1/' },
    },
    {
      name: 'client-runs-in-browsers',
      comment: 'The SDK, without its tests, needs nothing of Node, and nothing of the server that it talks to.',
      severity: 'error',
      from: { path: '^client/sdk/', pathNot: tests },
      to: { path: '^(?!client/sdk/|node_modules/|@graphql-typed-document-node/)' },
    },
    {
      name: 'client-runs-in-browsers',
      comment:
        'The packages for React and the web client import each other and npm packages; the web client reads Markdown by the rules of contracts.',
      severity: 'error',
      from: { path: '^client/(react|web)/', pathNot: `${tests}|^client/web/[^/]+\\.config\\.ts$` },
      to: { path: '^(?!client/|node_modules/|contracts/markdown/)' },
    },
    {
      name: 'client-packages-have-one-door',
      comment: 'A package of the client imports another as an application does: by its index.ts.',
      severity: 'error',
      from: { path: '^client/([^/]+)/' },
      to: { path: '^client/[^/]+/', pathNot: '^client/($1/|[^/]+/index\\.ts$)' },
    },
    {
      name: 'client-packages-go-down',
      comment: 'The web client uses the hooks, and the hooks use the SDK.',
      severity: 'error',
      from: { path: '^client/(sdk|react)/' },
      to: { path: '^client/(web|react)/', pathNot: '^client/$1/' },
    },
    {
      name: 'chat-and-console-are-islands',
      comment: 'What the chat and the console both use stands beside them, in a folder named for what it is about.',
      severity: 'error',
      from: { path: '^client/web/(chat|admin)/' },
      to: { path: '^client/web/(chat|admin)/', pathNot: '^client/web/$1/' },
    },
    {
      name: 'chat-and-console-are-islands',
      comment: 'What both use knows neither.',
      severity: 'error',
      from: { path: '^client/web/', pathNot: '^client/web/(chat|admin)/' },
      to: { path: '^client/web/(chat|admin)/' },
    },
    {
      name: 'only-clients-import-clients',
      comment: 'Servers and scripts serve or build the packages of the client, and import none.',
      severity: 'error',
      from: { path: '^(contracts|kernel|migrations|scripts|standalone)/' },
      to: { path: '^client/' },
    },
    {
      name: 'client-tests-talk-to-a-process',
      comment: "Tests of the client start a server, and import none of the server's code but contracts.",
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^(subgraphs|gateway|inference-workers|standalone|kernel|scripts|bench)/' },
    },
    {
      name: 'contracts-are-the-floor',
      comment: 'contracts import npm packages and themselves.',
      severity: 'error',
      from: { path: '^contracts/' },
      to: { path: '^(?!contracts/|node_modules/)[^/]+/' },
    },
    {
      name: 'kernel-imports-contracts-only',
      comment:
        'kernel imports contracts, npm packages and itself; its tests start databases, brokers, stores and MCP servers too.',
      severity: 'error',
      from: { path: '^kernel/' },
      to: {
        path: '^(?!kernel/|contracts/|node_modules/|tests/(services|mcp-server)/)[^/]+/',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'nobody-imports-main',
      comment: 'A main file is where a process starts; importing it would start one.',
      severity: 'error',
      from: {},
      to: { path: '(^|/)main\\.ts$' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...gatewayFloorRules,
    {
      name: 'one-door-to-redis',
      comment: 'Connections to Redis are made in one place, with one policy.',
      severity: 'error',
      from: { pathNot: '^kernel/(connections/redis|signals/redis-signals)\\.ts$' },
      to: { path: '(^|/)node_modules/(ioredis|graphql-redis-subscriptions)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-door-to-rabbitmq',
      severity: 'error',
      from: { pathNot: '^kernel/(connections/rabbitmq|broker/rabbitmq-[a-z-]+)\\.ts$' },
      to: { path: '(^|/)node_modules/rabbitmq-client/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-door-to-postgres',
      severity: 'error',
      from: { pathNot: '^kernel/database/|^scripts/record-migrations\\.ts$|^(tests|bench)/' },
      to: {
        path: '(^|/)node_modules/(pg|@electric-sql/pglite|@mikro-orm/(pglite|postgresql|migrations))/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'tests-stay-out-of-the-product',
      comment: 'What runs in production imports nothing that is made for tests.',
      severity: 'error',
      from: { pathNot: `${tests}|^vitest\\.config\\.ts$` },
      to: { path: tests },
    },
    {
      name: 'tests-beside-code-start-no-other-service',
      comment: 'Tests beside the code use the tools of tests/ only. A test of several services belongs in tests/.',
      severity: 'error',
      from: { path: '^(contracts|kernel|subgraphs|gateway|inference-workers|standalone|scripts)/' },
      // The comparison of the gateway with other executors needs no other service.
      to: { path: '^(tests|bench)/', pathNot: `^${testTools}|^tests/federation/` },
    },
    {
      name: 'federation-is-of-the-gateway',
      comment: 'What compares the gateway with other executors knows the gateway only, and only the gateway uses it.',
      severity: 'error',
      from: { path: '^(contracts|kernel|subgraphs|inference-workers|standalone|scripts|client)/' },
      to: { path: '^tests/federation/' },
    },
    {
      name: 'federation-is-of-the-gateway',
      severity: 'error',
      from: { path: '^tests/federation/' },
      to: { path: '^(subgraphs|inference-workers|standalone|scripts|client|bench)/' },
    },
    {
      name: 'tools-of-tests-know-no-service',
      severity: 'error',
      from: { path: `^${testTools}` },
      to: { path: '^(subgraphs|gateway|inference-workers|standalone|scripts|client|bench)/' },
    },
    {
      name: 'folders-of-tests-meet-in-support',
      comment: 'What several folders of tests/ share stands in tests/support/, or is a tool.',
      severity: 'error',
      from: { path: '^tests/([^/]+)/' },
      to: { path: '^tests/', pathNot: `^tests/($1|support)/|^${testTools}` },
    },
    {
      name: 'shared-means-shared',
      comment: 'A kernel file that one place alone uses belongs to that place.',
      severity: 'error',
      from: {},
      module: {
        path: '^kernel/',
        pathNot: `${tests}|^kernel/(broker|stream-log|signals|cache|limiter|sessions|blobs|database|connections|outbox|result-streams|subgraph-client|subgraph-server|telemetry|embedding)/`,
        numberOfDependentsLessThan: 2,
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: '^client/[^/]+/dist/|(^|/)node_modules/(?!ioredis|graphql-redis-subscriptions|rabbitmq-client|pg|@electric-sql|@mikro-orm)',
    },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
