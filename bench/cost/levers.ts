/** The levers of the cost run, in the order in which they are added: each set-up has those before it too. */
import { type PricedModel, prices } from './priced-provider.ts';

export interface SetUp {
  readonly name: string;
  /** Whether questions go to models by what is asked; else all to the largest. */
  readonly routes: boolean;
  /** Percent of a window after which older turns are summarised. */
  readonly summariseAtPercent: number;
  readonly cachesPrefixes: boolean;
  readonly cachesRequests: boolean;
  /** Whether first questions get the reply to one of the same meaning. */
  readonly cachesMeaning: boolean;
}

/**
 * Of a window of `contextWindow` tokens, of which the last 30 percent stay word for word. The default of 70 is for
 * prompts to fit; this is for them to cost less.
 */
const summariseAtPercent = 40;

const plain = {
  routes: false,
  summariseAtPercent: 0,
  cachesPrefixes: false,
  cachesRequests: false,
  cachesMeaning: false,
};
const routed = { ...plain, routes: true };
const summarised = { ...routed, summariseAtPercent };
const prefixed = { ...summarised, cachesPrefixes: true };
const cached = { ...prefixed, cachesRequests: true };

export const setUps: readonly SetUp[] = [
  { ...plain, name: 'everything to the large model' },
  { ...routed, name: '+ routing' },
  { ...summarised, name: '+ summaries' },
  { ...prefixed, name: '+ prefix cache' },
  { ...cached, name: '+ request cache' },
  { ...cached, cachesMeaning: true, name: '+ semantic cache' },
];

/** Few, as operators who pay for each token allow them. */
const contextWindow = 8_192;
const provider = 'openai';
const largest = `${provider}/gpt-4.1` as const;
export const smallest = `${provider}/gpt-4o-mini` as const;

/** The models file of all set-ups. */
export const modelsFile = (baseUrl: string): string =>
  JSON.stringify({
    providers: [{ name: provider, displayName: 'OpenAI', kind: 'openai-compatible', baseUrl }],
    models: Object.entries(prices).map(([name, price]: [PricedModel | string, (typeof prices)[PricedModel]]) => ({
      id: `${provider}/${name}`,
      displayName: name,
      provider,
      pool: 'EXTERNAL',
      contextWindow,
      maxOutputTokens: 1_024,
      price: Object.fromEntries(Object.entries(price).map(([of, usd]) => [of, String(usd)])),
    })),
  });

/** The tenant's default policy, as RoutingPolicyInput. */
export const policyOf = ({ routes, cachesRequests, cachesMeaning }: SetUp) => ({
  name: 'cost-run',
  isDefault: true,
  ...(cachesRequests ? { requestCacheSeconds: 3_600, cacheShare: 'TENANT' } : {}),
  ...(cachesMeaning ? { similarCacheSeconds: 3_600 } : {}),
  ...(routes
    ? {
        strategy: 'AUTO',
        modelIds: [largest, 'openai/gpt-4.1-mini', smallest],
        rules: [
          { complexity: ['SIMPLE'], modelIds: [smallest] },
          { complexity: ['MODERATE'], modelIds: ['openai/gpt-4.1-mini'] },
          { complexity: ['COMPLEX'], modelIds: [largest] },
        ],
      }
    : { strategy: 'PREFERENCE', modelIds: [largest] }),
});
