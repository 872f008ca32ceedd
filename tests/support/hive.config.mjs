/**
 * Hive Gateway in front of Parlance's subgraphs, as docs/federation.md describes it: the token of the user goes to the
 * subgraphs, with requests and in the connection_init of sockets. SUBSCRIPTIONS is `ws`, else they are event streams.
 */
const overSockets = {
  kind: 'ws',
  location: '/graphql',
  options: { connectionParams: { authorization: '{context.headers.authorization}' } },
};

export const gatewayConfig = {
  propagateHeaders: {
    fromClientToSubgraphs: ({ context }) => ({ authorization: context.headers?.authorization }),
  },
  transportEntries: {
    '*.http': { options: process.env.SUBSCRIPTIONS === 'ws' ? { subscriptions: overSockets } : { method: 'POST' } },
  },
};
