/**
 * The selection set of a `messageStream` as functions that write an event's JSON: compiled once for each document, because graphql-js takes
 * ten times as long for each event. Invariant: the text is what graphql-js would give, key for key; whatever is not a plain field of the
 * event (an object below it, a directive) is left to graphql-js, for that type of event or for the whole document.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import type { StreamedEvent } from './message-stream.ts';

/** The text of the event's value; undefined: graphql-js has to give it. */
export type ProjectEvent = (streamed: StreamedEvent) => string | undefined;

export interface Projection {
  readonly operation: OperationDefinitionNode;
  readonly field: FieldNode;
  /** Key of the root field in `data`. */
  readonly responseKey: string;
  readonly project: ProjectEvent;
}

type EventType = StreamEvent['type'];
type WriteField = (streamed: StreamedEvent) => string;

const common: Readonly<Record<string, WriteField>> = {
  __typename: ({ event }) => `"${event.type}"`,
  messageId: ({ messageId }) => JSON.stringify(messageId),
  seq: ({ seq }) => String(seq),
};

/** Fields of the types that are values of the event itself. */
const own: Readonly<Record<EventType, Readonly<Record<string, WriteField>>>> = {
  MessageStarted: { attempt: ({ event }) => ('attempt' in event ? String(event.attempt) : 'null') },
  TokenDelta: { text: ({ event }) => ('text' in event ? JSON.stringify(event.text) : 'null') },
  MessageReset: { reason: ({ event }) => ('reason' in event ? JSON.stringify(event.reason) : 'null') },
  MessageCompleted: {},
  MessageFailed: {},
};

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** Fields of a type in the order of their first appearance. Undefined: something is there that graphql-js has to do. */
const fieldsOf = (
  type: EventType,
  set: SelectionSetNode,
  fragments: Fragments,
): Map<string, WriteField> | undefined => {
  const fields = new Map<string, WriteField>();
  const add = (selection: SelectionNode): boolean => {
    if (selection.directives && selection.directives.length > 0) return false;
    if (selection.kind === Kind.FIELD) {
      const { name, alias } = selection;
      const write = common[name.value] ?? own[type][name.value];
      if (!write) return false;
      const key = (alias ?? name).value;
      if (!fields.has(key)) fields.set(key, write);
      return true;
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    if (!fragment || (fragment.directives && fragment.directives.length > 0)) return false;
    const condition = fragment.typeCondition?.name.value ?? type;
    return (condition !== type && condition !== 'MessageEvent') || fragment.selectionSet.selections.every(add);
  };
  return set.selections.every(add) ? fields : undefined;
};

const compile = (type: EventType, set: SelectionSetNode, fragments: Fragments): ProjectEvent => {
  const fields = fieldsOf(type, set, fragments);
  if (!fields) return () => undefined;
  const writers = [...fields].map(([key, write], index) => {
    const before = `${index === 0 ? '{' : ','}${JSON.stringify(key)}:`;
    return (streamed: StreamedEvent): string => before + write(streamed);
  });
  return (streamed) => {
    let text = '';
    for (const write of writers) text += write(streamed);
    return `${text}}`;
  };
};

const typesOfEvents: readonly EventType[] = [
  'MessageStarted',
  'TokenDelta',
  'MessageReset',
  'MessageCompleted',
  'MessageFailed',
];

/** Undefined when the operation is not one plain `messageStream`. The document is valid in the subgraph's schema. */
export const createProjection = (
  document: DocumentNode,
  operationName: string | null | undefined,
): Projection | undefined => {
  const operation = getOperationAST(document, operationName);
  const [field, ...others] = operation?.selectionSet.selections ?? [];
  if (operation?.operation !== 'subscription' || field?.kind !== Kind.FIELD || others.length > 0) return undefined;
  const { selectionSet } = field;
  if (field.name.value !== 'messageStream' || !selectionSet || field.directives?.length) return undefined;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const projects = new Map(typesOfEvents.map((type) => [type, compile(type, selectionSet, fragments)]));
  return {
    operation,
    field,
    responseKey: (field.alias ?? field.name).value,
    project: (streamed) => projects.get(streamed.event.type)?.(streamed),
  };
};
