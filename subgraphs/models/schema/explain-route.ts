/** explainRoute, which says where a message would be routed, and why. */
import type { QuestionSignal } from '#contracts/complexity/question-signal.ts';
import { explainRoute, type RouteExplanation } from '../routing/explain-route.ts';
import type { Judgement, RouteVerdict } from '../routing/judge-models.ts';
import type { RuleJudgement, RuleVerdict } from '../routing/match-rules.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';
import type { RuleTypes } from './policy-rule.ts';
import type { PolicyTypes } from './routing-policy.ts';

const addJudgement = (builder: ModelsBuilder, types: ModelTypes) => {
  const verdict = builder.enumType('RouteVerdict', {
    description: 'Whether a model is used for a message, or the first reason why it is not.',
    values: {
      CHOSEN: { description: 'It writes the reply.' },
      FALLBACK: { description: 'It is used if the models before it fail.' },
      NOT_IN_POLICY: { description: 'The policy does not list it, or another model was named.' },
      NOT_IN_RULE: { description: 'The rule that is followed allows other models only.' },
      DISABLED: { description: 'The operator has disabled it.' },
      NO_WORKER: { description: 'No worker serves it now.' },
      MISSING_CAPABILITY: { description: 'It lacks a required capability, or only makes embeddings.' },
      NOT_IN_PLAN: { description: "The tenant's plan does not include it." },
      TOO_LONG: { description: 'Prompt and reply exceed its context window.' },
      TOO_EXPENSIVE: { description: 'Its price, or that of its longest reply, exceeds the maximum of the policy.' },
      UNHEALTHY: { description: 'It failed too often in the last minutes: its circuit is OPEN.' },
      NO_REAL_MODEL: { description: 'It is the demonstration, which is used only when no model fits.' },
    } satisfies Record<RouteVerdict, object>,
  });
  return builder.objectRef<Judgement>('RouteJudgement').implement({
    description: 'A model, and why a message would or would not be routed to it.',
    fields: (t) => ({
      model: t.field({ type: types.model, description: 'The model.', resolve: ({ model }) => model }),
      verdict: t.field({ type: verdict, description: 'The result.', resolve: (parent) => parent.verdict }),
      reason: t.exposeString('reason', { description: 'The verdict as a sentence.' }),
    }),
  });
};

const addRuleJudgement = (builder: ModelsBuilder, { rule }: RuleTypes) => {
  const verdict = builder.enumType('RuleVerdict', {
    description: 'Whether a question follows a rule.',
    values: {
      FOLLOWED: { description: 'Its models reply.' },
      EARLIER_FOLLOWED: { description: 'All its conditions hold, but an earlier rule is followed.' },
      NOT_MATCHED: { description: 'One of its conditions does not hold.' },
    } satisfies Record<RuleVerdict, object>,
  });
  return builder.objectRef<RuleJudgement>('RuleJudgement').implement({
    description: 'A rule of the policy, and why a question does or does not follow it.',
    fields: (t) => ({
      position: t.exposeInt('position', { description: 'Its place in the policy, from 1.' }),
      rule: t.field({ type: rule, description: 'The rule.', resolve: (parent) => parent.rule }),
      verdict: t.field({ type: verdict, description: 'The result.', resolve: (parent) => parent.verdict }),
      reason: t.exposeString('reason', { description: 'The verdict as a sentence.' }),
    }),
  });
};

const addSignal = (builder: ModelsBuilder) =>
  builder.objectRef<QuestionSignal>('QuestionSignal').implement({
    description: 'Something about a question that makes it harder or easier.',
    fields: (t) => ({
      rule: t.exposeString('rule', { description: 'What it is, such as PROOF, CODE or GREETING.' }),
      points: t.exposeInt('points', {
        description: 'What it adds to the sum that the complexity follows from; negative for what makes it easier.',
      }),
    }),
  });

type ExplainTypes = ModelTypes & RuleTypes & PolicyTypes;

const addDecision = (builder: ModelsBuilder, types: ExplainTypes) => {
  const judgement = addJudgement(builder, types);
  const ruleJudgement = addRuleJudgement(builder, types);
  const signal = addSignal(builder);
  return builder.objectRef<RouteExplanation>('RoutingDecision').implement({
    description: 'Where a message would be routed now, and why.',
    fields: (t) => ({
      policy: t.field({
        type: types.policy,
        nullable: true,
        description:
          'The routing policy that applies; null if the message names a model, or if the order of the platform applies.',
        resolve: (parent) => parent.policy,
      }),
      plan: t.field({ type: types.PlanTier, description: 'Plan of the tenant.', resolve: ({ terms }) => terms.plan }),
      complexity: t.field({
        type: types.complexity,
        nullable: true,
        description: 'The class of the turn; null without content.',
        resolve: ({ question }) => question?.complexity,
      }),
      complexityReason: t.string({
        nullable: true,
        description: 'Why the turn has this class, as a sentence; null without content.',
        resolve: ({ question }) => question?.complexityReason,
      }),
      language: t.string({
        nullable: true,
        description: 'Language of the content by ISO 639-1; null if it is not recognized, and without content.',
        resolve: ({ question }) => question?.language,
      }),
      signals: t.field({
        type: [signal],
        description: 'What was found in the content; empty without.',
        resolve: ({ question }) => [...(question?.signals ?? [])],
      }),
      rules: t.field({
        type: [ruleJudgement],
        description: 'Every rule of the policy, in its order.',
        resolve: ({ rules }) => [...rules],
      }),
      candidates: t.field({
        type: [judgement],
        description: 'Every model: first those that may write the reply, best first, then the others.',
        resolve: ({ judgements }) => judgements,
      }),
    }),
  });
};

export const addExplainRoute = (builder: ModelsBuilder, types: ExplainTypes): void => {
  const decision = addDecision(builder, types);
  const input = builder.inputType('ExplainRouteInput', {
    description: 'A message that could be sent.',
    fields: (t) => ({
      modelPolicy: t.string({ description: 'Name of a routing policy, or id of a model; absent for the default.' }),
      content: t.string({
        description:
          'Text of the question, by which complexity and language are judged; as long as a message may be. Absent: no rule for a language holds, nor one for a complexity unless conversationComplexity is given.',
      }),
      conversationComplexity: t.field({
        type: types.complexity,
        description:
          'Complexity of the turn before, from its Message.routing: a conversation keeps the class of its hardest question until it pauses for half an hour.',
      }),
      moderation: t.field({
        type: [types.category],
        description: 'Categories for which the question is taken to be flagged. Nothing is screened here.',
      }),
      requires: t.field({
        type: [types.ModelCapability],
        description: 'What the model must be able to do: VISION for a question with images, TOOLS for named tools.',
      }),
      inputTokens: t.int({ required: true, defaultValue: 1000, description: 'Tokens of the prompt.' }),
      maxOutputTokens: t.int({ description: 'Most tokens of the reply.' }),
    }),
  });
  builder.queryField('explainRoute', (t) =>
    t.field({
      type: decision,
      description: 'Where a message of your tenant would be routed now, and why. Sends nothing.',
      args: { input: t.arg({ type: input, required: true, description: 'The message.' }) },
      resolve: (_, args, context) => explainRoute(context, context.identity, args.input),
    }),
  );
};
