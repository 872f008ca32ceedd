/**
 * The graph for tests of authorization: people and their taxes in a supergraph that restricts fields and types, behind
 * one gateway with sign-in and one without.
 */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import { createLogger } from '#kernel/log.ts';
import { createAnonymousAuthenticator } from '../authentication/anonymous-authenticator.ts';
import { createLocalKeyAuthenticator } from '../authentication/local-key-authenticator.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { openSubgraph, type SubgraphServer } from './subgraph-server.ts';
import {
  audience,
  createTestIssuer,
  identitySecret,
  issuer,
  readResponse,
  type TestIssuer,
  type TestResponse,
} from './test-gateway.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@shareable", "@authenticated", { name: "@requiresScopes", as: "@scopes" }, "@policy"])`;
const peopleSdl = `${link}
type Query {
  people: [Person]
  boss: Person
  me: Person! @authenticated
  vault: Vault
  mood: Mood
  things: [Thing!]
  named: [Named]
  case: Case
  audit: String @policy(policies: [["ADMIN"]])
}
type Mutation { fire(name: ID): Person @scopes(scopes: [["people:write", "people:read"], ["people:all"]]) }
type Subscription { hired: Person  secretlyHired: Person @scopes(scopes: [["people:read"]]) }
interface Named { name: ID }
type Person implements Named @key(fields: "name") {
  name: ID
  email: String @scopes(scopes: [["people:read"]])
  salary: Int! @scopes(scopes: [["people:money"]])
  grade: Int @policy(policies: [["grading"], ["ADMIN", "people:read"]])
  friends: [[Person!]]
}
type Case @key(fields: "number") { number: ID @scopes(scopes: [["cases"]]) }
type Vault @authenticated @key(fields: "id") { id: ID }
type Robot implements Named { name: ID @scopes(scopes: [["robots"]]) model: String }
union Thing = Person | Vault | Robot
enum Mood @scopes(scopes: [["moods"]]) { GOOD }
`;
const taxSdl = `${link}
type Person @key(fields: "name") {
  name: ID
  email: String @external
  letter: String @requires(fields: "email") @scopes(scopes: [["people:read"]])
  tax: Tax
}
type Case @key(fields: "number") { number: ID @scopes(scopes: [["cases"]]) outcome: String }
scalar Tax @scopes(scopes: [["people:money"]])
`;

export interface PeopleGraph extends AsyncDisposable {
  readonly people: SubgraphServer;
  readonly taxes: SubgraphServer;
  /** Requires a token. */
  readonly gateway: Gateway;
  /** Requires no token. */
  readonly open: Gateway;
  readonly signer: TestIssuer;
  /** Each call publishes one hire to a waiting subscription. */
  readonly hires: ((name: string) => void)[];
  /** Sends an operation as a user whose token has these scopes, a list with spaces. */
  askAs(scope: string, query: string, variables?: object, roles?: readonly string[]): Promise<TestResponse>;
}

export const openPeopleGraph = async (): Promise<PeopleGraph> => {
  const limiter = createEmbeddedLimiter();
  const signer = await createTestIssuer();
  const hires: ((name: string) => void)[] = [];
  const ann = { __typename: 'Person', name: 'ann', email: 'a@b', salary: 7, grade: 1 };
  const bob = { ...ann, name: 'bob', friends: [[ann, ann]] };
  const robot = { __typename: 'Robot', name: 'r2', model: 'd2' };
  const vault = { __typename: 'Vault', id: 1 };
  const people = await openSubgraph(peopleSdl, {
    Query: {
      people: () => [ann, bob],
      boss: () => bob,
      me: () => ann,
      vault: () => vault,
      mood: () => 'GOOD',
      case: () => ({ number: 5 }),
      things: () => [ann, vault, robot],
      named: () => [ann, robot],
      audit: () => 'all well',
    },
    Mutation: { fire: () => ann },
    Subscription: {
      hired: {
        subscribe: async function* () {
          yield await new Promise((resolve) => hires.push(resolve));
        },
        resolve: (name: string) => ({ ...ann, name }),
      },
    },
    Person: { __resolveReference: () => ann },
  });
  const taxes = await openSubgraph(taxSdl, {
    Person: { __resolveReference: (given: object) => given, letter: ({ email }) => `to ${email}`, tax: () => 3 },
    Case: { __resolveReference: (given: object) => given, outcome: ({ number }) => `of ${number}` },
  });
  const { supergraphSdl, errors } = composeServices([
    { name: 'people', url: people.url, typeDefs: parse(peopleSdl) },
    { name: 'taxes', url: taxes.url, typeDefs: parse(taxSdl) },
  ]);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  const options = {
    supergraphSdl,
    host: '127.0.0.1',
    port: 0,
    identitySecret,
    limiter,
    isDevelopment: false,
    logger: createLogger('gateway', 'silent'),
  };
  const authenticator = createLocalKeyAuthenticator({ issuer, audience, jwks: signer.jwks });
  const gateway = await createGateway({ ...options, authenticator });
  const open = await createGateway({ ...options, authenticator: createAnonymousAuthenticator() });
  return {
    people,
    taxes,
    gateway,
    open,
    signer,
    hires,
    async askAs(scope, query, variables = {}, roles = ['USER']) {
      const token = await signer.token({ scope, roles });
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      return readResponse(response);
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await open[Symbol.asyncDispose]();
      await people[Symbol.asyncDispose]();
      await taxes[Symbol.asyncDispose]();
      await limiter[Symbol.asyncDispose]();
    },
  };
};

/** The error of a field that its user may not read; `@` in its path stands for every item of a list. */
export const refusalAt = (...path: readonly (string | number)[]) => ({
  path,
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
});
