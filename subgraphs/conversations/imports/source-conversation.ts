/**
 * A conversation of a source, in the form that all sources are brought into. What cannot be kept is counted, with the
 * reason, and never silently dropped.
 */
import type { FinishReason, ToolCall } from '#contracts/stream-event.ts';
import type { MessageStatus } from '../entities.ts';
import type { Failure } from '../failure.ts';
import type { ImportReport, LeftOutReason } from '../transfer-entities.ts';

export type ImportSource = NonNullable<ImportReport['source']>;

export interface SourceMessage {
  readonly role: 'USER' | 'ASSISTANT';
  readonly content: string;
  readonly reasoning?: string | undefined;
  readonly status: MessageStatus;
  readonly finishReason?: FinishReason | undefined;
  readonly failure?: Failure | undefined;
  readonly modelId?: string | undefined;
  readonly toolCalls?: readonly ToolCall[] | undefined;
  /** Undefined where the source does not say. */
  readonly createdAt: Date | undefined;
  readonly completedAt?: Date | undefined;
}

/** A message or another node of a source's tree. */
export interface SourceNode {
  readonly id: string;
  /** Undefined at the root, or where the parent is not in the source. */
  readonly parentId: string | undefined;
  /** Absent for a node that is no message to be kept: its children follow the node above it. */
  readonly message?: SourceMessage;
  /** Why there is no message, where people would miss one. */
  readonly leftOut?: LeftOutReason;
}

export interface SourceConversation {
  readonly source: ImportSource;
  readonly sourceId: string;
  readonly title: string | undefined;
  readonly systemPrompt?: string | undefined;
  readonly modelPolicy?: string | undefined;
  readonly budgetUsd?: string | undefined;
  readonly pinned?: boolean | undefined;
  readonly archived?: boolean | undefined;
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
  /** The last node of the current branch; undefined: the one that the source has last. */
  readonly currentId: string | undefined;
  /** In any order. */
  readonly nodes: readonly SourceNode[];
}

/** Reads an element of a source's JSON. Undefined where it is not of that source. Throws where it is broken. */
export type ReadSource = (element: unknown) => SourceConversation | undefined;

/** A moment of a source; undefined where it is none, or before 1980 or far in the future. */
export const momentOf = (value: string | number | null | undefined): Date | undefined => {
  if (value == null) return undefined;
  const moment = new Date(value);
  const year = moment.getUTCFullYear();
  return year >= 1980 && year < 2200 ? moment : undefined;
};
