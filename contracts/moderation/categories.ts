/** The categories that text is screened for. Safety screens; routing policies may have rules for flagged questions. */
export const moderationCategories = [
  'PROFANITY',
  'HATE',
  'THREAT',
  'SELF_HARM',
  'CHAT_TEMPLATE',
  'PROMPT_INJECTION',
] as const;
export type ModerationCategory = (typeof moderationCategories)[number];
