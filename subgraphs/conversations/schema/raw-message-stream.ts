/**
 * Serves `messageStream` without executing graphql-js for each event: a projection of the document writes the result's
 * text, once for all readers with the same document. graphql-js executes the events that the projection cannot write
 * (the terminal ones, which carry a message) and all other operations.
 */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getArgumentValues,
  getVariableValues,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { canonicalId } from '#kernel/subgraph-server/canonical-ids.ts';
import type { OpenRawStream, RawResult, RawSubscription } from '#kernel/subgraph-server/raw-stream.ts';
import type { StreamedEvent } from '../streams/message-stream.ts';
import { createProjection, type Projection } from '../streams/project-events.ts';
import { subscribeToMessage } from '../streams/subscribe-to-message.ts';
import type { ConversationsContext } from './context.ts';

const argumentsSchema = z.object({ messageId: z.string().transform(canonicalId), afterSeq: z.number().nullish() });

/** Texts of events that each document keeps for its next reader. */
const maxWrittenEvents = 1_024;

interface Written {
  readonly messageId: string;
  readonly seq: number;
  readonly text: string;
}

interface Compiled extends Projection {
  /** The text of each of the latest events of the log: all readers of one message receive the same event objects. */
  readonly written: LRUCache<object, Written>;
}

export const createRawMessageStream = (schema: GraphQLSchema): OpenRawStream<ConversationsContext> => {
  const compiled = new WeakMap<DocumentNode, Map<string, Compiled | undefined>>();
  const definition = schema.getSubscriptionType()?.getFields()['messageStream'];

  const compiledFor = (document: DocumentNode, operationName: string | null | undefined): Compiled | undefined => {
    const ofDocument = compiled.get(document) ?? new Map<string, Compiled | undefined>();
    compiled.set(document, ofDocument);
    const name = operationName ?? '';
    if (!ofDocument.has(name)) {
      const projection = createProjection(document, operationName);
      ofDocument.set(name, projection && { ...projection, written: new LRUCache({ max: maxWrittenEvents }) });
    }
    return ofDocument.get(name);
  };

  const textOf = ({ responseKey, project, written }: Compiled, streamed: StreamedEvent): string | undefined => {
    const { messageId, seq, event } = streamed;
    const known = written.get(event);
    if (known?.seq === seq && known.messageId === messageId) return known.text;
    const value = project(streamed);
    if (value === undefined) return undefined;
    const text = `{"data":{${JSON.stringify(responseKey)}:${value}},"extensions":{"cursor":"${seq}"}}`;
    written.set(event, { messageId, seq, text });
    return text;
  };

  return ({ document, operationName, variables, context }: RawSubscription<ConversationsContext>) => {
    const plan = compiledFor(document, operationName);
    if (!plan || !definition) return undefined;
    const { coerced } = getVariableValues(schema, plan.operation.variableDefinitions ?? [], { ...variables });
    // graphql-js reports what is wrong with the variables.
    if (!coerced) return undefined;
    const given = argumentsSchema.safeParse(getArgumentValues(definition, plan.field, coerced));
    if (!given.success) return undefined;
    const { messageId, afterSeq } = given.data;

    const executed = async (streamed: StreamedEvent): Promise<ExecutionResult> => {
      return execute({
        schema,
        document,
        operationName: operationName ?? null,
        variableValues: { ...variables },
        rootValue: streamed,
        contextValue: context,
      });
    };
    const { services, identity } = context;
    return subscribeToMessage(services, identity, { messageId, afterSeq: afterSeq ?? 0 }).then(
      (source): AsyncIterator<RawResult, undefined> => ({
        async next() {
          const step = await source.next();
          if (step.done) return { done: true, value: undefined };
          return { done: false, value: textOf(plan, step.value) ?? (await executed(step.value)) };
        },
        async return() {
          await source.return?.();
          return { done: true, value: undefined };
        },
      }),
    );
  };
};
