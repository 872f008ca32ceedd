/**
 * Apollo Sandbox as the page at /sandbox and, for browsers, at /graphql. Apollo's page uses its own address as the
 * endpoint; this one always uses /graphql, by HTTP and by WebSocket. It is loaded from Apollo's servers: without
 * internet access the page goes on to the explorer, where there is one. It throws at the start when Apollo's page has
 * changed so that this cannot be done.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { OperationContext } from '../authentication/operation-context.ts';

const ownAddress = 'var initialEndpoint = window.location.href;';
const endpointOption = '      initialEndpoint,\n';

const creation = 'new window.EmbeddedSandbox(';

const adapted = (page: string, explorer: boolean): string => {
  if (![ownAddress, endpointOption, creation].every((text) => page.includes(text))) {
    throw new Error('the endpoint cannot be set in the landing page of Apollo Server');
  }
  return page
    .replace(
      creation,
      explorer
        ? `if (window.EmbeddedSandbox === undefined) window.location.replace('/explorer');\n  else ${creation}`
        : creation,
    )
    .replace(ownAddress, "var initialEndpoint = new URL('/graphql', window.location.href).href;")
    .replace(
      endpointOption,
      `${endpointOption}      initialSubscriptionEndpoint: initialEndpoint.replace(/^http/, 'ws'),\n`,
    );
};

/** @param explorer whether /explorer is served. */
export const createSandboxPlugin = (explorer: boolean): ApolloServerPlugin<OperationContext> => {
  const apollo = ApolloServerPluginLandingPageLocalDefault({ embed: { runTelemetry: false }, footer: false });
  return {
    async serverWillStart(service) {
      const listener = await apollo.serverWillStart?.(service);
      const page = await listener?.renderLandingPage?.();
      // Each page gets its own nonce.
      const html = async (): Promise<string> =>
        adapted(typeof page?.html === 'function' ? await page.html() : (page?.html ?? ''), explorer);
      await html();
      return { renderLandingPage: async () => ({ html }) };
    },
  };
};
