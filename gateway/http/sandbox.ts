/**
 * Apollo Sandbox as the landing page, at / and at /graphql. Apollo's page takes its own address for the endpoint; this
 * one always asks /graphql, by HTTP and by WebSocket. Throws at the start when Apollo's page changed so that this
 * cannot be said any more.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { OperationContext } from '../supergraph/operation-context.ts';

const ownAddress = 'var initialEndpoint = window.location.href;';
const endpointOption = '      initialEndpoint,\n';

const atGraphQL = (page: string): string => {
  if (!page.includes(ownAddress) || !page.includes(endpointOption)) {
    throw new Error('the landing page of Apollo Server has no place for the endpoint');
  }
  return page
    .replace(ownAddress, "var initialEndpoint = new URL('/graphql', window.location.href).href;")
    .replace(
      endpointOption,
      `${endpointOption}      initialSubscriptionEndpoint: initialEndpoint.replace(/^http/, 'ws'),\n`,
    );
};

export const createSandboxPlugin = (): ApolloServerPlugin<OperationContext> => {
  const apollo = ApolloServerPluginLandingPageLocalDefault({ embed: { runTelemetry: false }, footer: false });
  return {
    async serverWillStart(service) {
      const listener = await apollo.serverWillStart?.(service);
      const page = await listener?.renderLandingPage?.();
      // A nonce of its own for each page.
      const html = async (): Promise<string> =>
        atGraphQL(typeof page?.html === 'function' ? await page.html() : (page?.html ?? ''));
      await html();
      return { renderLandingPage: async () => ({ html }) };
    },
  };
};
