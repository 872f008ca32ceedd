/**
 * Compiles the selection set of a `messageStream` to functions that write the JSON of an event, once for each document,
 * because graphql-js takes ten times as long for each event. Invariant: the text equals the result of graphql-js, key
 * for key. A selection of anything but values of the event itself, such as an object to load or a directive, is left to
 * graphql-js, for that type of event or for the whole document.
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
import {
  isOpenCall,
  isToolCallEvent,
  type StreamEvent,
  type ToolCall,
  toolCallAfter,
  toolCallEvents,
} from '#contracts/stream-event.ts';
import { shownToolCall } from '../messages/shown-tool-call.ts';
import type { StreamedEvent } from './message-stream.ts';

/** The JSON text of the event's value; undefined when graphql-js must execute the event. */
export type ProjectEvent = (streamed: StreamedEvent) => string | undefined;

export interface Projection {
  readonly operation: OperationDefinitionNode;
  readonly field: FieldNode;
  /** The root field's key in `data`. */
  readonly responseKey: string;
  readonly project: ProjectEvent;
}

type EventType = StreamEvent['type'];
type WriteField = (streamed: StreamedEvent) => string;

/** An object type all of whose values are in the event. */
interface Shape {
  readonly type: string;
  readonly fields: Readonly<Record<string, WriteField | Shape>>;
}

const commonFields: Readonly<Record<string, WriteField>> = {
  messageId: ({ messageId }) => JSON.stringify(messageId),
  seq: ({ seq }) => String(seq),
};

const ofToolCall =
  (write: (call: ToolCall) => string | null): WriteField =>
  ({ messageId, event }) => {
    if (!isToolCallEvent(event)) return 'null';
    return JSON.stringify(write(shownToolCall(messageId, toolCallAfter(event))));
  };

const toolCall: Shape = {
  type: 'ToolCall',
  fields: {
    id: ofToolCall(({ id }) => id),
    name: ofToolCall(({ name }) => name),
    arguments: ofToolCall((call) => call.arguments),
    status: ofToolCall(({ status }) => status),
    mcpServer: ofToolCall(({ server = null }) => server),
    decision: ofToolCall((call) => (call.status === 'AWAITING_APPROVAL' ? null : (call.decision ?? null))),
    result: ofToolCall((call) => (isOpenCall(call) ? null : call.result)),
  },
};

const writeText: WriteField = ({ event }) => ('text' in event ? JSON.stringify(event.text) : 'null');

/** For each type of event, the fields whose values are in the event itself. */
const eventFields: Readonly<Record<EventType, Shape['fields']>> = {
  MessageStarted: { attempt: ({ event }) => ('attempt' in event ? String(event.attempt) : 'null') },
  // Its citations have files, which graphql-js executes.
  SourcesFound: { failed: ({ event }) => String('failed' in event && event.failed === true) },
  ReasoningDelta: { text: writeText },
  TokenDelta: { text: writeText },
  ToolCallStarted: { toolCall },
  ToolCallAwaitingApproval: { toolCall },
  ToolCallApproved: { toolCall },
  ToolCallCompleted: { toolCall },
  MessageReset: { reason: ({ event }) => ('reason' in event ? JSON.stringify(event.reason) : 'null') },
  MessageCompleted: {},
  MessageFailed: {},
};

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The selected fields of a type in the order of their first appearance; undefined when graphql-js must execute it. */
const fieldsOf = (shape: Shape, set: SelectionSetNode, fragments: Fragments): Map<string, WriteField> | undefined => {
  const fields = new Map<string, WriteField>();
  const writerOf = ({ name, selectionSet }: FieldNode): WriteField | undefined => {
    if (name.value === '__typename') return () => `"${shape.type}"`;
    const field = shape.fields[name.value];
    if (typeof field !== 'object') return field;
    return selectionSet && compile(field, selectionSet, fragments);
  };
  const add = (selection: SelectionNode): boolean => {
    if (selection.directives && selection.directives.length > 0) return false;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      // graphql-js would merge two selection sets of one object.
      if (fields.has(key)) return selection.selectionSet === undefined;
      const write = writerOf(selection);
      if (write) fields.set(key, write);
      return write !== undefined;
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    if (!fragment || (fragment.directives && fragment.directives.length > 0)) return false;
    const condition = fragment.typeCondition?.name.value ?? shape.type;
    return (condition !== shape.type && condition !== 'MessageEvent') || fragment.selectionSet.selections.every(add);
  };
  return set.selections.every(add) ? fields : undefined;
};

/** Undefined when graphql-js must execute it. */
const compile = (shape: Shape, set: SelectionSetNode, fragments: Fragments): WriteField | undefined => {
  const fields = fieldsOf(shape, set, fragments);
  if (!fields) return undefined;
  const writers = [...fields].map(([key, write], index) => {
    const before = `${index === 0 ? '' : ','}${JSON.stringify(key)}:`;
    return (streamed: StreamedEvent): string => before + write(streamed);
  });
  return (streamed) => {
    let text = '{';
    for (const write of writers) text += write(streamed);
    return `${text}}`;
  };
};

const eventTypes: readonly EventType[] = [
  'MessageStarted',
  'SourcesFound',
  'ReasoningDelta',
  'TokenDelta',
  ...toolCallEvents,
  'MessageReset',
  'MessageCompleted',
  'MessageFailed',
];

/**
 * Undefined unless the operation is a single plain `messageStream`. The document must be valid in the subgraph's
 * schema.
 */
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
  const projects = new Map(
    eventTypes.map((type) => [
      type,
      compile({ type, fields: { ...commonFields, ...eventFields[type] } }, selectionSet, fragments),
    ]),
  );
  return {
    operation,
    field,
    responseKey: (field.alias ?? field.name).value,
    project: (streamed) => projects.get(streamed.event.type)?.(streamed),
  };
};
