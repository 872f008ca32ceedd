/** What the owner sets of a conversation, and the bounds of it. */
import { validate } from 'uuid';
import { AppError } from '#kernel/errors.ts';

export const maxTitleLength = 200;
const maxPolicyLength = 200;

export interface ConversationSettings {
  readonly title?: string | null | undefined;
  readonly modelPolicy?: string | null | undefined;
  readonly systemPrompt?: string | null | undefined;
  /** The collections that replies may draw on; null for none. */
  readonly collectionIds?: readonly string[] | null | undefined;
  /** A decimal, US dollars. */
  readonly budgetUsd?: string | null | undefined;
}

export const mostCollections = 20;

/** Each once. Whether they can be read is decided at each turn. Throws BAD_USER_INPUT. */
export const checkCollections = (ids: readonly string[]): readonly string[] => {
  const unique = [...new Set(ids.map((id) => id.toLowerCase()))];
  if (unique.length > mostCollections || !unique.every((id) => validate(id))) {
    throw new AppError('BAD_USER_INPUT', `"collectionIds" are ids of at most ${mostCollections} collections.`, {
      argument: 'collectionIds',
    });
  }
  return unique;
};

/** US dollars: a decimal from 0 with at most 12 places. */
const budgetPattern = /^\d{1,9}(\.\d{1,12})?$/;

const checkLength = (value: string | null | undefined, argument: string, most: number): void => {
  if (value != null && (value.trim() === '' || value.length > most)) {
    throw new AppError('BAD_USER_INPUT', `"${argument}" has 1 to ${most} characters, or is null.`, { argument });
  }
};

/** Throws BAD_USER_INPUT naming the field. */
export const checkSettings = (
  { title, modelPolicy, systemPrompt, budgetUsd }: ConversationSettings,
  maxContentLength: number,
): void => {
  checkLength(title, 'title', maxTitleLength);
  checkLength(modelPolicy, 'modelPolicy', maxPolicyLength);
  checkLength(systemPrompt, 'systemPrompt', maxContentLength);
  if (budgetUsd != null && !budgetPattern.test(budgetUsd)) {
    throw new AppError('BAD_USER_INPUT', '"budgetUsd" is a decimal from 0, such as "0.50", or null for no budget.', {
      argument: 'budgetUsd',
    });
  }
};
