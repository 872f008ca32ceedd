/**
 * Chooses the models that may reply to a message of a tenant, and the tools that they may call, or throws the fault
 * that explains best why there is none. It delays the first token, so it reads memory only.
 */
import type { Identity } from '#contracts/identity.ts';
import type { Pool } from '#contracts/pools.ts';
import type { ReuseTerms } from '#contracts/reuse.ts';
import { AppError } from '#kernel/errors.ts';
import type { Catalogue, CatalogueSnapshot } from '../catalogue/catalogue.ts';
import { circuitCooldownMs } from '../catalogue/circuit.ts';
import type { ModelCapability, RoutingPolicy } from '../entities.ts';
import type { RoutedTool } from '../mcp/callable-tools.ts';
import { type Exclusion, type Judgement, judgeModels } from './judge-models.ts';
import { judgeRules, type RuleJudgement } from './match-rules.ts';
import { type OutputLimits, outputLimits } from './output-limits.ts';
import { reuseTermsOf } from './reuse-terms.ts';
import { dependenciesOf, type RouteDependencies } from './route-dependencies.ts';
import { type JudgedQuestion, policyOf, type RouteScope } from './route-question.ts';
import type { TenantTerms, TenantTermsSource } from './tenant-terms.ts';

export interface RouteRequest {
  /**
   * Name of a policy of the tenant, or id of a model. Default: the tenant's default policy, or the platform's order.
   */
  readonly modelPolicy?: string | null | undefined;
  readonly requires?: readonly ModelCapability[] | null | undefined;
  /** Models that can do this come first, and others may serve. */
  readonly prefers?: readonly ModelCapability[] | null | undefined;
  readonly inputTokens: number;
  /** Tokens that the whole prompt is likely to have. Default: `inputTokens`. */
  readonly promptTokens?: number | null | undefined;
  readonly maxOutputTokens?: number | null | undefined;
  /** Default: nothing is known of it. */
  readonly question?: JudgedQuestion | undefined;
}

export interface RouteDecision {
  /** The policy that was followed. */
  readonly policy: RoutingPolicy | undefined;
  readonly output: OutputLimits;
  readonly terms: TenantTerms;
  /** The rules of the policy, in its order. */
  readonly rules: readonly RuleJudgement[];
  /** The candidates first, the best one before the others. */
  readonly judgements: readonly Judgement[];
}

export interface MessageRoute {
  /** Best first; at least one. */
  readonly candidates: readonly Judgement[];
  /** The tenant's tools; empty unless a candidate can call tools. */
  readonly tools: readonly RoutedTool[];
  readonly policy: RoutingPolicy | undefined;
  /** On which terms replies are kept and served again; undefined: they are not. */
  readonly reuse: ReuseTerms | undefined;
  /** How long the reply may get. */
  readonly output: OutputLimits;
  /** What of the question the route depends on, whatever its text. */
  readonly dependsOn: RouteDependencies;
  /** How fast the pools of the candidates serve; a pool that served nothing lately is absent. */
  readonly paces: readonly PoolPace[];
}

export interface PoolPace {
  readonly pool: Pool;
  readonly repliesPerSecond: number;
}

export interface Routing {
  /** Throws BAD_USER_INPUT when modelPolicy is neither a policy nor a model. */
  decide(identity: Identity, request: RouteRequest): Promise<RouteDecision>;
  /** Throws MODEL_UNAVAILABLE, CONTEXT_TOO_LONG or FORBIDDEN when there is no candidate. */
  route(identity: Identity, request: RouteRequest): Promise<MessageRoute>;
}

/** Most candidates of a job. */
const maxCandidates = 5;
/** Milliseconds within which a restarted worker announces itself. */
const workerRetryMs = 5_000;

const nothingKnown: JudgedQuestion = { complexity: undefined, language: undefined, moderation: [] };

const isCandidate = ({ verdict }: Judgement): boolean => verdict === 'CHOSEN' || verdict === 'FALLBACK';

const scopeOf = (
  request: RouteRequest,
  policies: readonly RoutingPolicy[],
  catalogue: CatalogueSnapshot,
): RouteScope => {
  const name = request.modelPolicy ?? undefined;
  if (name === undefined) {
    const policy = policies.find(({ isDefault }) => isDefault);
    return policy ? { policy } : 'PLATFORM';
  }
  const policy = policies.find((candidate) => candidate.name === name);
  if (policy) return { policy };
  if (catalogue.byId.has(name)) return { modelId: name };
  throw new AppError(
    'BAD_USER_INPUT',
    'modelPolicy is neither one of your routing policies nor a model. The query "models" lists the models.',
    { argument: 'modelPolicy' },
  );
};

/** The fault when no model fits: that of the model that passed most rules, because it takes the least to fix. */
const faultOf = (
  judgements: readonly Judgement[],
  terms: TenantTerms,
  { requires }: Pick<RouteRequest, 'requires'>,
): AppError => {
  const hasVerdict = (verdict: Exclusion): Judgement | undefined =>
    judgements.find((judgement) => judgement.verdict === verdict);
  if (hasVerdict('UNHEALTHY')) {
    return new AppError('MODEL_UNAVAILABLE', 'The models that fit are failing at the moment. Try again soon.', {
      retryAfterMs: circuitCooldownMs,
    });
  }
  if (hasVerdict('TOO_EXPENSIVE')) {
    return new AppError(
      'MODEL_UNAVAILABLE',
      'Every model that fits costs more than the routing policy allows. A smaller maxOutputTokens may help, or another policy.',
    );
  }
  if (hasVerdict('TOO_LONG')) {
    return new AppError('CONTEXT_TOO_LONG', 'The message is longer than any available model can read. Shorten it.');
  }
  if (hasVerdict('NOT_IN_PLAN')) {
    return new AppError(
      'FORBIDDEN',
      `The plan ${terms.plan} does not include this model. Choose another model, or ask an administrator of your tenant.`,
    );
  }
  if (hasVerdict('MISSING_CAPABILITY')) {
    return new AppError(
      'MODEL_UNAVAILABLE',
      requires?.includes('VISION')
        ? 'No model that may answer sees pictures. Send the message without them, or choose a model with the capability VISION.'
        : 'No available model can do what the message needs.',
    );
  }
  if (hasVerdict('NO_WORKER')) {
    return new AppError(
      'MODEL_UNAVAILABLE',
      'No worker serves a model that fits. Try again soon, or choose another model.',
      { retryAfterMs: workerRetryMs },
    );
  }
  return new AppError('MODEL_UNAVAILABLE', 'Every model that fits is disabled. Choose another model.');
};

export const createRouting = (catalogue: Catalogue, tenantTerms: TenantTermsSource): Routing => {
  const decide: Routing['decide'] = async (identity, request) => {
    const [snapshot, terms] = await Promise.all([catalogue.current(), tenantTerms.find(identity)]);
    const scope = scopeOf(request, terms.policies, snapshot);
    const policy = policyOf(scope);
    const output = outputLimits(terms.output, policy);
    const { inputTokens, question = nothingKnown } = request;
    const requires = request.requires ?? [];
    const rules = judgeRules(policy?.rules ?? [], { ...question, requires, plan: terms.plan });
    const followed = rules.find(({ verdict }) => verdict === 'FOLLOWED');
    const judgements = judgeModels(snapshot.models, {
      scope: policy ? { policy, followed } : scope,
      requires,
      prefers: request.prefers ?? [],
      inputTokens,
      promptTokens: request.promptTokens ?? inputTokens,
      maxOutputTokens: request.maxOutputTokens ?? output.byDefault,
      plan: terms.plan,
      tenantId: identity.tenantId,
      now: Date.now(),
    });
    return { policy, output, terms, rules, judgements };
  };
  return {
    decide,
    async route(identity, request) {
      const { judgements, terms, policy, output } = await decide(identity, request);
      const candidates = judgements.filter(isCandidate).slice(0, maxCandidates);
      if (candidates.length === 0) throw faultOf(judgements, terms, request);
      const canCall = candidates.some(({ model }) => model.capabilities.includes('TOOLS'));
      const { paces } = await catalogue.current();
      const used = [...new Set(candidates.map(({ model }) => model.pool))];
      return {
        candidates,
        tools: canCall ? terms.tools : [],
        policy,
        reuse: reuseTermsOf(policy, terms.cacheEpoch),
        output,
        dependsOn: dependenciesOf(policy),
        paces: used.flatMap((pool) => {
          const repliesPerSecond = paces.get(pool);
          return repliesPerSecond === undefined ? [] : [{ pool, repliesPerSecond }];
        }),
      };
    },
  };
};
