/**
 * The walls of the house. Each rule was seen to fire on a seeded violation (tests/house/import-rules.test.ts does it
 * again). Services: subgraphs/<name>, gateway, inference-workers. They meet in contracts/, in kernel/ and in the
 * standalone only.
 */
const tests = '(\\.test\\.ts|\\.contract\\.ts|\\.fixture\\.ts)$|^(tests|bench)/|^gateway/fixtures/';

/**
 * The floors of the gateway, from the top: each folder imports only folders below it. Files beside them compose all.
 */
const gatewayFloors = [
  '[^/]+\\.ts$',
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
  '(contract|directives|documents|memory)/',
];

const gatewayFloorRules = gatewayFloors.slice(1).map((floor, index) => ({
  name: 'gateway-floors-go-down',
  comment: 'In the gateway imports run one way, from the transports down to the connections to subgraphs.',
  severity: 'error',
  from: { path: `^gateway/${floor}`, pathNot: tests },
  to: { path: `^gateway/(${gatewayFloors.slice(0, index + 1).join('|')})`, pathNot: tests },
}));

module.exports = {
  forbidden: [
    {
      name: 'subgraphs-are-islands',
      comment: 'A subgraph asks another through the graph or the broker, never by import.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/', pathNot: tests },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'services-meet-below',
      comment: 'Gateway, workers and subgraphs know each other by contract.',
      severity: 'error',
      from: { path: '^(subgraphs|gateway|inference-workers)/', pathNot: tests },
      to: { path: '^(subgraphs|gateway|inference-workers|standalone|scripts|client)/', pathNot: '^$1/' },
    },
    {
      name: 'client-runs-in-browsers',
      comment: 'The SDK needs nothing of Node, and nothing of the server that it talks to.',
      severity: 'error',
      from: { path: '^client/sdk/', pathNot: tests },
      to: { path: '^(?!client/sdk/|node_modules/|@graphql-typed-document-node/)' },
    },
    {
      name: 'contracts-are-the-floor',
      comment: 'contracts import npm packages and themselves.',
      severity: 'error',
      from: { path: '^contracts/', pathNot: tests },
      to: { path: '^(?!contracts/|node_modules/)[^/]+/' },
    },
    {
      name: 'kernel-imports-contracts-only',
      comment: 'kernel imports contracts, npm packages and itself.',
      severity: 'error',
      from: { path: '^kernel/', pathNot: tests },
      to: { path: '^(?!kernel/|contracts/|node_modules/)[^/]+/', dependencyTypesNot: ['core'] },
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
      from: { pathNot: `^kernel/(connections/redis|signals/redis-signals)\\.ts$|${tests}` },
      to: { path: '(^|/)node_modules/(ioredis|graphql-redis-subscriptions)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-door-to-rabbitmq',
      severity: 'error',
      from: { pathNot: `^kernel/(connections/rabbitmq|broker/rabbitmq-[a-z-]+)\\.ts$|${tests}` },
      to: { path: '(^|/)node_modules/rabbitmq-client/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-door-to-postgres',
      severity: 'error',
      from: { pathNot: `^kernel/database/|^scripts/record-migrations\\.ts$|${tests}` },
      to: {
        path: '(^|/)node_modules/(pg|@electric-sql/pglite|@mikro-orm/(pglite|postgresql|migrations))/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'tests-stay-out-of-the-product',
      comment: 'What runs in production imports nothing that is made for tests.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'shared-means-shared',
      comment: 'A kernel file that one place alone uses belongs to that place.',
      severity: 'error',
      from: {},
      module: {
        path: '^kernel/',
        pathNot: `${tests}|^kernel/(broker|stream-log|signals|cache|limiter|blobs|database|connections|outbox|subgraph-client|subgraph-server|telemetry)/`,
        numberOfDependentsLessThan: 2,
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: '(^|/)node_modules/(?!ioredis|graphql-redis-subscriptions|rabbitmq-client|pg|@electric-sql|@mikro-orm)',
    },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
