/**
 * Apollo Sandbox as the landing page, at / and at /graphql. Apollo's page uses its own address as the endpoint; this
 * one always uses /graphql, by HTTP and by WebSocket. It throws at the start when Apollo's page has changed so that the
 * endpoint cannot be set.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { OperationContext } from '../authentication/operation-context.ts';

const ownAddress = 'var initialEndpoint = window.location.href;';
const endpointOption = '      initialEndpoint,\n';

const atGraphQL = (page: string): string => {
  if (!page.includes(ownAddress) || !page.includes(endpointOption)) {
    throw new Error('the endpoint cannot be set in the landing page of Apollo Server');
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
      // Each page gets its own nonce.
      const html = async (): Promise<string> =>
        atGraphQL(typeof page?.html === 'function' ? await page.html() : (page?.html ?? ''));
      await html();
      return { renderLandingPage: async () => ({ html }) };
    },
  };
};
