/**
 * The files and cited passages of a share whose owner shared them too. Invariant: a file is named by its place in the
 * share, never by its id, and only files of the owner can be loaded; whatever was deleted, or may not be read by the
 * owner any more, is not shown.
 */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { Message } from '../entities.ts';
import { citationsOf } from '../messages/citations.ts';

/** A file as its reader knows it. */
const fileSchema = z.object({
  id: z.string(),
  status: z.string(),
  mediaType: z.string(),
  byteSize: z.number(),
  owner: z.object({ id: z.string() }).nullable(),
  /** Null unless it is the reader's own, too. */
  previewUrl: z.string().nullable(),
});
export type ReadableFile = z.infer<typeof fileSchema>;

/** What loads a file of the owner. */
export interface LinkTerms {
  readonly id: string;
  /** The small picture of it in place of the file. */
  readonly preview: boolean;
  readonly seconds: number;
}

/** The files of a share's owner, which belong to knowledge. Throws the fault of knowledge. */
export interface SharedFiles {
  /** Those that the owner may read now, by their ids. */
  find(owner: Identity, ids: readonly string[]): Promise<ReadonlyMap<string, ReadableFile>>;
  /** A signed URL; null where there is no such file of the owner's any more. */
  link(owner: Identity, terms: LinkTerms): Promise<string | null>;
}

/** Files of one request. */
const batch = 100;
/** Milliseconds that knowledge has to respond. */
const deadlineMs = 3_000;
const findQuery = `query SharedFiles($files: [_Any!]!) {
  _entities(representations: $files) { ... on File { id status mediaType byteSize owner { id } previewUrl } }
}`;
const findSchema = z.object({ _entities: z.array(fileSchema.nullable()) });
const linkQuery = `query SharedFileLink($id: ID!, $preview: Boolean!, $seconds: Int!) {
  fileLink(id: $id, preview: $preview, seconds: $seconds)
}`;
const linkSchema = z.object({ fileLink: z.string().nullable() });

export const createSharedFiles = (knowledge: SubgraphClient): SharedFiles => ({
  async find(owner, ids) {
    const found = new Map<string, ReadableFile>();
    for (let from = 0; from < ids.length; from += batch) {
      const files = ids.slice(from, from + batch).map((id) => ({ __typename: 'File', id }));
      const call = { identity: owner, query: findQuery, variables: { files }, data: findSchema, deadlineMs };
      for (const file of (await knowledge.call(call))._entities) {
        if (file?.status === 'READY') found.set(file.id, file);
      }
    }
    return found;
  },
  async link(owner, { id, preview, seconds }) {
    const variables = { id, preview, seconds };
    const call = { identity: owner, query: linkQuery, variables, data: linkSchema, deadlineMs };
    return (await knowledge.call(call)).fileLink;
  },
});

/** An attached file of a shared message. */
export interface SharedAttachment {
  readonly name: string;
  readonly mediaType: string;
  readonly byteSize: number;
  /** Path at the gateway, which looks at the share each time. */
  readonly url: string;
  readonly previewUrl: string | null;
}

/** A passage that a shared reply cites. */
export interface SharedCitation {
  readonly index: number;
  readonly fileName: string;
  readonly page: number | null;
  readonly heading: string;
  readonly quote: string;
}

export interface ShownFiles {
  readonly attachments: readonly SharedAttachment[];
  readonly citations: readonly SharedCitation[];
}

export const noFiles: ShownFiles = { attachments: [], citations: [] };

/** The ids of all files that these messages carry or cite. */
export const fileIdsOf = (messages: readonly Message[]): readonly string[] => [
  ...new Set(
    messages.flatMap((message) =>
      [...(message.attachments ?? []), ...citationsOf(message)].map(({ fileId }) => fileId),
    ),
  ),
];

/** @param token of the share */
export const showFiles = (
  token: string,
  owner: Identity,
  message: Message,
  found: ReadonlyMap<string, ReadableFile>,
): ShownFiles => ({
  attachments: (message.attachments ?? []).flatMap(({ fileId, name }, index) => {
    const file = found.get(fileId);
    if (file?.owner?.id !== owner.userId) return [];
    const url = `/s/${token}/files/${message.depth}-${index}`;
    const { mediaType, byteSize, previewUrl } = file;
    return [{ name, mediaType, byteSize, url, previewUrl: previewUrl === null ? null : `${url}?preview` }];
  }),
  citations: citationsOf(message)
    .filter(({ fileId }) => found.has(fileId))
    .map(({ index, fileName, page, heading, text }) => ({ index, fileName, page: page ?? null, heading, quote: text })),
});
