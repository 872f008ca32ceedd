/**
 * Users whose streams may be shared, and clients that report when their subscription has started. The test subgraph
 * writes the user of its own request into each event, so an event shows which upstream subscription it came from.
 */
import { randomUUID } from 'node:crypto';
import { type Frame, openSignedIn, type SocketClient } from './socket-client.ts';
import type { TestGateway, TokenOptions } from './test-gateway.ts';

export interface User extends TokenOptions {
  readonly userId: string;
  readonly tenantId: string;
}
/** As the subgraph writes it. */
export const nameOf = ({ tenantId, userId }: User): string => `${tenantId}/${userId}`;
export const newUser = (): User => ({ userId: randomUUID(), tenantId: randomUUID() });

export const connect = async (gateway: TestGateway, user: TokenOptions): Promise<SocketClient> =>
  openSignedIn(gateway.socketUrl, await gateway.issuer.token(user));

/** The next frames of the subscription `s`. */
export const frames = async (client: SocketClient, count: number): Promise<Frame[]> => {
  const all: Frame[] = [];
  while (all.length < count) {
    const frame = await client.frame();
    if (frame.id === 's') all.push(frame);
  }
  return all;
};
/**
 * Subscribes as `s`, and resolves when it has subscribed upstream or follows another subscription: a fetch for the same
 * user takes longer. @returns its frames that arrived meanwhile.
 */
export const follow = async (client: SocketClient, query: string, variables: object = {}): Promise<Frame[]> => {
  client.send({ id: 's', type: 'subscribe', payload: { query, variables } });
  client.send({ id: 'fetch', type: 'subscribe', payload: { query: '{ story(id: "1") { id } }' } });
  const early: Frame[] = [];
  for (;;) {
    const frame = await client.frame();
    if (frame.id === 'fetch' && frame.type === 'complete') return early;
    if (frame.id === 's') early.push(frame);
  }
};
/** The frame of an event of that subscription. */
export const event = (field: string, seq: number, text: string, cursor?: string): object => ({
  id: 's',
  type: 'next',
  payload: { data: { [field]: { seq, text } }, ...(cursor === undefined ? {} : { extensions: { cursor } }) },
});
