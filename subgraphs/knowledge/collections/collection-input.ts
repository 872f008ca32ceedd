/** Checks what a client says of a collection before anything is stored of it. */
import { validate } from 'uuid';
import type { Embedders } from '#kernel/embedding/embedders.ts';
import { AppError } from '#kernel/errors.ts';
import type { CollectionAccess } from '../entities.ts';

export interface CollectionInput {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly access?: CollectionAccess | null | undefined;
  readonly readerIds?: readonly string[] | null | undefined;
}

export const mostNameCharacters = 100;
export const mostDescriptionCharacters = 1_000;
export const mostReaders = 500;
/** Documents of one request. */
export const mostAddedDocuments = 100;

export const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument });
};

export const checkName = (name: string): string => {
  const trimmed = name
    .normalize('NFC')
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim();
  if (trimmed === '' || trimmed.length > mostNameCharacters)
    refuse('name', `"name" has 1 to ${mostNameCharacters} characters.`);
  return trimmed;
};

export const checkDescription = (description: string | null | undefined): string | null => {
  const trimmed = description?.replaceAll('\0', '').trim() ?? '';
  if (trimmed.length > mostDescriptionCharacters)
    refuse('description', `"description" has at most ${mostDescriptionCharacters} characters.`);
  return trimmed === '' ? null : trimmed;
};

/** Each once. */
export const checkReaders = (ids: readonly string[]): readonly string[] => {
  if (ids.length > mostReaders) refuse('readerIds', `A collection lists at most ${mostReaders} users.`);
  if (!ids.every((id) => validate(id))) refuse('readerIds', '"readerIds" are ids of users.');
  return [...new Set(ids.map((id) => id.toLowerCase()))];
};

/** The model, or the default. */
export const checkModel = (embedders: Embedders, model: string | null | undefined): string => {
  if (model == null) return embedders.defaultModel;
  if (embedders.find(model) === undefined)
    refuse('embeddingModel', `There is no such embedding model. Choose one of: ${embedders.models.join(', ')}.`);
  return model;
};
