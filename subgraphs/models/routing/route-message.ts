/**
 * The answer to "who shall answer this message": judged candidates for a tenant with what they may call, or the fault that fits when there
 * is none.
 * On the way to the first token: reads memory only.
 */
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Catalogue, CatalogueSnapshot } from '../catalogue/catalogue.ts';
import { circuitCooldownMs } from '../catalogue/circuit.ts';
import type { RoutingPolicy, ToolRow } from '../entities.ts';
import { type Judgement, judgeModels, type Loss, type ModelCapability, type RouteQuestion } from './judge-models.ts';
import type { TenantTerms, TenantTermsSource } from './tenant-terms.ts';

export interface RouteRequest {
  /** Name of a policy of the tenant, or id of a model; absent: the tenant's default policy, else the platform's order. */
  readonly modelPolicy?: string | null | undefined;
  readonly requires?: readonly ModelCapability[] | null | undefined;
  readonly inputTokens: number;
  readonly maxOutputTokens?: number | null | undefined;
}

export interface RouteDecision {
  /** The policy that was followed. */
  readonly policy: RoutingPolicy | undefined;
  readonly terms: TenantTerms;
  /** Winners first, best first. */
  readonly judgements: readonly Judgement[];
}

export interface MessageRoute {
  /** Best first; at least one. */
  readonly candidates: readonly Judgement[];
  /** The tenant's, where a candidate can call them. */
  readonly tools: readonly ToolRow[];
}

export interface Routing {
  /** Throws BAD_USER_INPUT when modelPolicy is neither a policy nor a model. */
  decide(identity: Identity, request: RouteRequest): Promise<RouteDecision>;
  /** Throws MODEL_UNAVAILABLE, CONTEXT_TOO_LONG or FORBIDDEN when there is no candidate. */
  route(identity: Identity, request: RouteRequest): Promise<MessageRoute>;
}

/** Candidates that a job carries at most. */
const mostCandidates = 5;
/** Milliseconds within which a worker that was restarted has announced itself. */
const workerRetryMs = 5_000;

const isWinner = ({ verdict }: Judgement): boolean => verdict === 'CHOSEN' || verdict === 'FALLBACK';

const wishOf = (
  request: RouteRequest,
  policies: readonly RoutingPolicy[],
  catalogue: CatalogueSnapshot,
): RouteQuestion['wish'] => {
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

/** The fault to name when all lost: that of the model that came furthest, for it needs the least to be mended. */
const faultOf = (judgements: readonly Judgement[], terms: TenantTerms): AppError => {
  const lost = (verdict: Loss): Judgement | undefined => judgements.find((judgement) => judgement.verdict === verdict);
  if (lost('UNHEALTHY')) {
    return new AppError('MODEL_UNAVAILABLE', 'The models that fit fail at the moment. Try again soon.', {
      retryAfterMs: circuitCooldownMs,
    });
  }
  if (lost('TOO_EXPENSIVE')) {
    return new AppError('MODEL_UNAVAILABLE', 'Every model that fits costs more than the routing policy allows.');
  }
  if (lost('TOO_LONG')) {
    return new AppError(
      'CONTEXT_TOO_LONG',
      'The message is longer than any model that may answer it can read. Shorten it.',
    );
  }
  if (lost('NOT_IN_PLAN')) {
    return new AppError(
      'FORBIDDEN',
      `The plan ${terms.plan} does not include this model. Choose another model, or ask an administrator of your tenant.`,
    );
  }
  if (lost('MISSING_CAPABILITY')) {
    return new AppError('MODEL_UNAVAILABLE', 'No model that may answer can do what the message needs.');
  }
  if (lost('NO_WORKER')) {
    return new AppError(
      'MODEL_UNAVAILABLE',
      'No worker serves a model that may answer. Try again soon, or choose another model.',
      { retryAfterMs: workerRetryMs },
    );
  }
  return new AppError('MODEL_UNAVAILABLE', 'Every model that may answer is switched off. Choose another model.');
};

export const createRouting = (catalogue: Catalogue, tenantTerms: TenantTermsSource): Routing => {
  const decide: Routing['decide'] = async (identity, request) => {
    const [snapshot, terms] = await Promise.all([catalogue.current(), tenantTerms.of(identity)]);
    const wish = wishOf(request, terms.policies, snapshot);
    const judgements = judgeModels(snapshot.models, {
      wish,
      requires: request.requires ?? [],
      inputTokens: request.inputTokens,
      maxOutputTokens: request.maxOutputTokens ?? undefined,
      plan: terms.plan,
      tenantId: identity.tenantId,
      now: Date.now(),
    });
    return { policy: typeof wish === 'object' && 'policy' in wish ? wish.policy : undefined, terms, judgements };
  };
  return {
    decide,
    async route(identity, request) {
      const { judgements, terms } = await decide(identity, request);
      const winners = judgements.filter(isWinner).slice(0, mostCandidates);
      if (winners.length === 0) throw faultOf(judgements, terms);
      const canCall = winners.some(({ model }) => model.capabilities.includes('TOOLS'));
      return { candidates: winners, tools: canCall ? terms.tools : [] };
    },
  };
};
