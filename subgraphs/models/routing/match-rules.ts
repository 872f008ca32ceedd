/**
 * Finds the rule of a policy that a question follows: the first one whose conditions all hold. Pure. Invariant: each
 * rule has one sentence that says why it is followed or not, so what routing does and what explainRoute says are one.
 */
import type { PlanTier } from '#contracts/plan-tiers.ts';
import type { ModelCapability, PolicyRule } from '../entities.ts';
import type { FollowedRule, JudgedQuestion } from './route-question.ts';

/** What rules are matched against. */
export interface RuledQuestion extends JudgedQuestion {
  /** What the message itself needs: images need VISION, tools that it names need TOOLS. */
  readonly requires: readonly ModelCapability[];
  readonly plan: PlanTier;
}

/** FOLLOWED: its models reply. EARLIER_FOLLOWED: it would be followed, were there not an earlier one. */
export type RuleVerdict = 'FOLLOWED' | 'EARLIER_FOLLOWED' | 'NOT_MATCHED';

export interface RuleJudgement extends FollowedRule {
  readonly verdict: RuleVerdict;
  /** One sentence for people. */
  readonly reason: string;
}

/** Whether a condition holds, and what it says of the question. */
interface ConditionResult {
  readonly holds: boolean;
  readonly sentence: string;
}

const listed = (values: readonly string[]): string => values.join(' or ');

/** The conditions that the rule has. */
const conditionsOf = (rule: PolicyRule, question: RuledQuestion): readonly ConditionResult[] => {
  const { complexity, language, moderation, requires, plan } = question;
  const results: ConditionResult[] = [];
  const inList = (values: readonly string[], own: string | undefined, what: string): void => {
    if (values.length === 0) return;
    const holds = own !== undefined && values.includes(own);
    const is = own === undefined ? 'unknown' : own;
    results.push({ holds, sentence: `${what} is ${is}${holds ? '' : `, not ${listed(values)}`}` });
  };
  const asWanted = (wanted: boolean | null, own: boolean, [yes, no]: readonly [string, string]): void => {
    if (wanted !== null) results.push({ holds: wanted === own, sentence: own ? yes : no });
  };
  if (rule.moderation.length > 0) {
    const flagged = rule.moderation.filter((category) => moderation.includes(category));
    const sentence = flagged.length > 0 ? `it was flagged for ${flagged.join(' and ')}` : 'it was not flagged';
    const holds = flagged.length > 0;
    results.push({ holds, sentence: holds ? sentence : `${sentence} for ${listed(rule.moderation)}` });
  }
  inList(rule.complexity, complexity, 'its complexity');
  inList(rule.languages, language, 'its language');
  asWanted(rule.images, requires.includes('VISION'), ['it has images', 'it has no images']);
  asWanted(rule.tools, requires.includes('TOOLS'), ['it names tools', 'it names no tools']);
  inList(rule.plans, plan, 'the plan');
  return results;
};

const asSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** In the order of the policy; at most one is FOLLOWED. */
export const judgeRules = (rules: readonly PolicyRule[], question: RuledQuestion): readonly RuleJudgement[] => {
  let followed: number | undefined;
  return rules.map((rule, index): RuleJudgement => {
    const position = index + 1;
    const conditions = conditionsOf(rule, question);
    const failed = conditions.find(({ holds }) => !holds);
    if (failed) return { position, rule, verdict: 'NOT_MATCHED', reason: asSentence(failed.sentence) };
    const because =
      conditions.length === 0 ? 'it has no conditions' : conditions.map((each) => each.sentence).join(', ');
    if (followed !== undefined) {
      const reason = asSentence(`rule ${followed} comes first; ${because}`);
      return { position, rule, verdict: 'EARLIER_FOLLOWED', reason };
    }
    followed = position;
    return { position, rule, verdict: 'FOLLOWED', reason: asSentence(because) };
  });
};
