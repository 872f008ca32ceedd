/** What the owner sets of a conversation, and the bounds of it. */
import { AppError } from '#kernel/errors.ts';

export const maxTitleLength = 200;
const maxPolicyLength = 200;

export interface ConversationSettings {
  readonly title?: string | null | undefined;
  readonly modelPolicy?: string | null | undefined;
  readonly systemPrompt?: string | null | undefined;
}

const checkLength = (value: string | null | undefined, argument: string, most: number): void => {
  if (value != null && (value.trim() === '' || value.length > most)) {
    throw new AppError('BAD_USER_INPUT', `"${argument}" has 1 to ${most} characters, or is null.`, { argument });
  }
};

/** Throws BAD_USER_INPUT naming the field. */
export const checkSettings = (
  { title, modelPolicy, systemPrompt }: ConversationSettings,
  maxContentLength: number,
): void => {
  checkLength(title, 'title', maxTitleLength);
  checkLength(modelPolicy, 'modelPolicy', maxPolicyLength);
  checkLength(systemPrompt, 'systemPrompt', maxContentLength);
};
