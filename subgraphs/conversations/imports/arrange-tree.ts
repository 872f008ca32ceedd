/**
 * Makes the tree of a conversation out of the nodes of a source. A node without a message is taken out, and what
 * follows it follows the message above it. Invariant: each message has at most one parent, which stands before it, and
 * whatever a source says, no message is in a circle or counted twice.
 */
import type { LeftOutReason } from '../transfer-entities.ts';
import type { SourceConversation, SourceMessage, SourceNode } from './source-conversation.ts';

export interface ArrangedMessage {
  readonly message: SourceMessage;
  /** Place of the parent in the list; undefined at the root. */
  readonly above: number | undefined;
}

export interface ArrangedTree {
  /** Each parent before its children; children of one parent in the order of the source. */
  readonly messages: readonly ArrangedMessage[];
  /** Place of the last message of the current branch; undefined where there is no message. */
  readonly head: number | undefined;
  /** Why nodes were left out, one entry for each. */
  readonly leftOut: readonly LeftOutReason[];
}

/** Children of each node in the order of the source, by the node's id; those of the root by undefined. */
const childrenOf = (nodes: ReadonlyMap<string, SourceNode>): ReadonlyMap<string | undefined, readonly SourceNode[]> =>
  Map.groupBy(nodes.values(), ({ parentId }) => (parentId !== undefined && nodes.has(parentId) ? parentId : undefined));

/** By time where the source gives one; the order of the source among equals. */
const inOrder = (children: readonly SourceNode[]): readonly SourceNode[] =>
  children.toSorted((one, other) => {
    const [before, after] = [one.message?.createdAt?.getTime(), other.message?.createdAt?.getTime()];
    return before === undefined || after === undefined ? 0 : before - after;
  });

export const arrangeTree = ({ nodes: given, currentId }: SourceConversation): ArrangedTree => {
  const nodes = new Map<string, SourceNode>();
  const leftOut: LeftOutReason[] = [];
  for (const node of given) {
    if (nodes.has(node.id)) leftOut.push('UNREADABLE');
    else nodes.set(node.id, node);
  }
  const children = childrenOf(nodes);
  const messages: ArrangedMessage[] = [];
  /** Node -> place of its message, or of the message above it. */
  const places = new Map<string, number | undefined>();
  const waiting: { readonly node: SourceNode; readonly above: number | undefined }[] = [];
  const addChildren = (id: string | undefined, above: number | undefined): void => {
    for (const node of inOrder(children.get(id) ?? []).toReversed()) waiting.push({ node, above });
  };
  addChildren(undefined, undefined);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, above } = next;
    let place = above;
    if (node.message) place = messages.push({ message: node.message, above }) - 1;
    else if (node.leftOut) leftOut.push(node.leftOut);
    places.set(node.id, place);
    addChildren(node.id, place);
  }
  // Only what is in a circle was not reached from the root.
  for (const { id, message } of nodes.values()) if (message && !places.has(id)) leftOut.push('UNREADABLE');
  const current = currentId === undefined ? undefined : places.get(currentId);
  return { messages, head: current ?? (messages.length > 0 ? messages.length - 1 : undefined), leftOut };
};
