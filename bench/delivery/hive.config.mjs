/** Hive Gateway with subscriptions to the subgraphs over WebSocket, which is how ours asks them too. */
export const gatewayConfig = {
  transportEntries: { '*.http': { options: { subscriptions: { kind: 'ws', location: '/graphql' } } } },
};
