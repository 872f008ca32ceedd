/** The types of a tenant's moderation policy, and of its changes. */
import { type ModerationCategory, moderationCategories } from '#contracts/moderation/categories.ts';
import { screeningVersion } from '#contracts/moderation/detectors.ts';
import { leastHold } from '#contracts/moderation/growing-detectors.ts';
import type { DetectorName, OutputMode } from '#contracts/moderation/output-moderation.ts';
import type { CategoryThresholds, Thresholds } from '#contracts/moderation/thresholds.ts';
import type { PiiPolicy } from '#contracts/pii/pii-policy.ts';
import type { ModerationPolicy } from '../verdicts/tenant-policies.ts';
import type { SafetyBuilder } from './builder.ts';
import type { VerdictTypes } from './verdict.ts';

const thresholdsIn = (thresholds: Thresholds) =>
  moderationCategories.map((category) => ({ category, ...thresholds[category] }));

const addProvider = (builder: SafetyBuilder) =>
  builder.enumType('ModerationProvider', {
    description: 'A model that screens texts for HATE, THREAT and SELF_HARM, beside the rules.',
    values: {
      MODERATIONS: { description: 'The moderations endpoint that the operator has set up.' },
      LLAMA_GUARD: { description: 'The Llama Guard model that the operator has set up.' },
    } satisfies Record<DetectorName, object>,
  });

const addMode = (builder: SafetyBuilder) =>
  builder.enumType('OutputModerationMode', {
    description: 'When replies are screened.',
    values: {
      AFTER: { description: 'After their end: what is blocked has been shown.' },
      WINDOW: {
        description:
          'Before they are shown: their end is held back until it is screened, and what is blocked ends the reply.',
      },
    } satisfies Record<OutputMode, object>,
  });

const addPii = (builder: SafetyBuilder) =>
  builder.enumType('PiiPolicy', {
    description: 'What models may read of data about people.',
    values: {
      OFF: { description: 'Everything.' },
      MASK_PROMPTS: {
        description:
          'Placeholders in the place of e-mail addresses, numbers of telephones, cards and accounts, and of keys. They are put back in the reply.',
      },
    } satisfies Record<PiiPolicy, object>,
  });

export const addPolicyTypes = (builder: SafetyBuilder, types: VerdictTypes) => {
  const threshold = builder
    .objectRef<CategoryThresholds & { readonly category: ModerationCategory }>('CategoryThreshold')
    .implement({
      description: 'The scores from which a category is flagged or blocked.',
      fields: (t) => ({
        category: t.field({ type: types.category, description: 'The category.', resolve: ({ category }) => category }),
        flagAt: t.exposeFloat('flagAt', {
          nullable: true,
          description: 'Least score that is flagged; null for never.',
        }),
        blockAt: t.exposeFloat('blockAt', {
          nullable: true,
          description: 'Least score that is blocked; null for never.',
        }),
      }),
    });
  const mode = addMode(builder);
  const provider = addProvider(builder);
  const pii = addPii(builder);
  const inputModeration = builder.objectRef<ModerationPolicy['input']>('InputModeration').implement({
    description: 'How what people write is screened, beside the thresholds.',
    fields: (t) => ({
      providers: t.field({
        type: [provider],
        description: 'Models that screen beside the rules. While one faults, a text that could be blocked is refused.',
        resolve: ({ providers }) => providers,
      }),
    }),
  });
  const output = builder.objectRef<ModerationPolicy['output']>('OutputModeration').implement({
    description: 'How the replies of a tenant are screened.',
    fields: (t) => ({
      mode: t.field({ type: mode, description: 'When.', resolve: (parent) => parent.mode }),
      holdCharacters: t.exposeInt('holdCharacters', {
        description: 'Characters at the end of a reply that are held back in mode WINDOW while it is written.',
      }),
      leastHoldCharacters: t.int({
        description: 'Characters of the longest phrase that blocks a reply under these thresholds.',
        resolve: ({ thresholds }) => leastHold(thresholds),
      }),
      thresholds: t.field({
        type: [threshold],
        description: 'One for each category: of its own, or else that of what people write.',
        resolve: ({ thresholds }) => thresholdsIn(thresholds),
      }),
      providers: t.field({
        type: [provider],
        description:
          'Models that screen beside the rules. In mode WINDOW text is also held back until they have, and a reply ends with MODERATION_UNAVAILABLE while one faults that could block it.',
        resolve: ({ providers }) => providers,
      }),
    }),
  });
  const policy = builder.objectRef<ModerationPolicy>('ModerationPolicy').implement({
    description: 'How the messages of a tenant are screened.',
    fields: (t) => ({
      thresholds: t.field({
        type: [threshold],
        description: 'One for each category, for what people write.',
        resolve: ({ thresholds }) => thresholdsIn(thresholds),
      }),
      input: t.field({
        type: inputModeration,
        description: 'How what people write is screened.',
        resolve: (parent) => parent.input,
      }),
      availableProviders: t.field({
        type: [provider],
        description: 'The models that the operator has set up.',
        resolve: (_, _args, { detectors }) => detectors.names,
      }),
      output: t.field({ type: output, description: 'How replies are screened.', resolve: (parent) => parent.output }),
      pii: t.field({
        type: pii,
        description: 'What models may read of data about people.',
        resolve: (parent) => parent.pii,
      }),
      version: t.string({ description: 'Version of the rules in force.', resolve: () => screeningVersion }),
    }),
  });
  return { mode, provider, pii, policy };
};

export type PolicyTypes = ReturnType<typeof addPolicyTypes>;

/** The inputs that change a policy. */
export const addPolicyInputs = (
  builder: SafetyBuilder,
  { category }: Pick<VerdictTypes, 'category'>,
  { mode, provider, pii }: Pick<PolicyTypes, 'mode' | 'provider' | 'pii'>,
) => {
  const thresholdInput = builder.inputType('CategoryThresholdInput', {
    description: 'New thresholds of a category.',
    fields: (t) => ({
      category: t.field({ type: category, required: true, description: 'The category.' }),
      flagAt: t.float({ description: 'Least score, 0 to 1, that is flagged; null for never.' }),
      blockAt: t.float({
        description: 'Least score, 0 to 1, that is blocked; null for never. PROMPT_INJECTION can only be flagged.',
      }),
    }),
  });
  const inputInput = builder.inputType('InputModerationInput', {
    description: 'A change of how what people write is screened. What is not named stays as it is.',
    fields: (t) => ({
      providers: t.field({ type: [provider], description: 'Models that screen beside the rules.' }),
    }),
  });
  const outputInput = builder.inputType('OutputModerationInput', {
    description: 'A change of how replies are screened. What is not named stays as it is.',
    fields: (t) => ({
      mode: t.field({ type: mode, description: 'When they are screened.' }),
      holdCharacters: t.int({
        description: 'Characters that are held back in mode WINDOW: leastHoldCharacters or more, at most 1000.',
      }),
      thresholds: t.field({
        type: [thresholdInput],
        description: 'Categories whose thresholds for replies change.',
      }),
      providers: t.field({ type: [provider], description: 'Models that screen beside the rules.' }),
    }),
  });
  const input = builder.inputType('ModerationPolicyInput', {
    description: 'A change of the moderation policy.',
    fields: (t) => ({
      thresholds: t.field({
        type: [thresholdInput],
        description: 'Categories to change; the others keep their thresholds.',
      }),
      input: t.field({ type: inputInput, description: 'How what people write is screened.' }),
      output: t.field({ type: outputInput, description: 'How replies are screened.' }),
      pii: t.field({ type: pii, description: 'What models may read of data about people.' }),
    }),
  });
  return { thresholdInput, input };
};
