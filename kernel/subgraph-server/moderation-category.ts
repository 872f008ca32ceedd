/** The enum ModerationCategory, which safety and models both serve: composition needs the same values from both. */
import type { ModerationCategory } from '#contracts/moderation/categories.ts';

export const moderationCategoryOptions = {
  description: 'A category that text is screened for.',
  values: {
    PROFANITY: { description: 'Swear words.' },
    HATE: { description: 'Slurs, and hatred of a group of people.' },
    THREAT: { description: 'Threats of violence, and questions about how to attack a place.' },
    SELF_HARM: { description: 'The wish to harm oneself, and calls on others to harm themselves.' },
    CHAT_TEMPLATE: { description: 'Markers of chat templates, by which a text pretends to be several messages.' },
    PROMPT_INJECTION: {
      description: "Attempts to override the model's instructions. Detected in INPUT only; flagged, never blocked.",
    },
  } satisfies Record<ModerationCategory, object>,
};
