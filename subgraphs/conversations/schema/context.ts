/** What a resolver of this subgraph works with: the caller, loaders that live for one request, and the subgraph's use cases. */
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import type { Ports } from '#kernel/ports.ts';
import type { SubgraphContext } from '#kernel/subgraph-server/builder.ts';
import type { StreamServices } from '../streams/message-stream.ts';
import type { RepeatedStops } from '../turns/repeat-stops.ts';
import type { TurnServices } from '../turns/start-turn.ts';
import { createLoaders, type Loaders } from './loaders.ts';

export interface ConversationsServices {
  readonly database: Database;
  readonly logger: Logger;
  readonly ports: Pick<Ports, 'streamLog' | 'signals' | 'broker'>;
  readonly turns: TurnServices;
  readonly streams: StreamServices;
  readonly stops: Pick<RepeatedStops, 'soon'>;
  /** Characters that one message may have (`MAX_CONTENT_LENGTH`). */
  readonly maxContentLength: number;
}

export interface ConversationsContext extends SubgraphContext {
  readonly services: ConversationsServices;
  /** One batch's memory: of a request, or of one event of a subscription. */
  loaders: Loaders;
}

export const createContext = (services: ConversationsServices, identity: Identity): ConversationsContext => ({
  identity,
  services,
  loaders: createLoaders(services, identity),
});

/** For each event of a subscription: what an earlier event loaded may have changed since. */
export const forgetLoaded = (context: ConversationsContext): void => {
  context.loaders = createLoaders(context.services, context.identity);
};
