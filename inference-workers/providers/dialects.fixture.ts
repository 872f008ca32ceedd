/**
 * How Gemini (with a key, and in Google Cloud), Azure OpenAI and Amazon Bedrock write replies and refusals, for a
 * server that speaks for them in tests.
 */
import { frame } from './bedrock/event-frame.fixture.ts';

export interface ScriptedReply {
  readonly thoughts?: string;
  readonly texts?: readonly string[];
  readonly calls?: readonly { readonly name: string; readonly arguments: string }[];
  readonly end?: 'stop' | 'length' | 'filter' | 'calls';
  /** Without it, the response ends like one that was cut. */
  readonly isCut?: boolean;
}

export interface Refusal {
  readonly status: number;
  readonly body: string;
}

type Refused = 'overload' | 'too long' | 'key' | 'request';

export interface Dialect {
  /** The entry of the provider in the models file. */
  readonly provider: string;
  readonly modelId: string;
  /** The variables of a provider at this address. */
  environment(origin: string): Readonly<Record<string, string>>;
  /** Path of a request, and the header that gives access. */
  readonly path: string;
  readonly access: { readonly [header: string]: RegExp };
  /** The pieces of the response. The prompt has 11 tokens, of which 4 were kept; the reply has 3. */
  reply(script: ScriptedReply): readonly Uint8Array[];
  refusal(why: Refused): Refusal;
  /** A fault inside a response. */
  fault(why: 'overload' | 'too long'): Uint8Array;
  /** A response that does not end one of its events or frames, or whose length lies. */
  endless(): Iterable<Uint8Array>;
  /** A large event or frame that says nothing. */
  readonly filler: Uint8Array;
}

/** The signature that comes with thoughts and calls. */
export const signature = 'c2lnbmF0dXJl';
const sentences = {
  overload: 'Resource has been exhausted. Please retry in 0.01s.',
  'too long': 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
  key: 'The caller does not have permission',
  request: 'Unable to submit the request.',
} as const;

const sse = (value: object): Uint8Array => Buffer.from(`data: ${JSON.stringify(value)}\r\n\r\n`);
const endlessLine = function* (): Iterable<Uint8Array> {
  yield Buffer.from('data: {"x":"');
  for (;;) yield Buffer.alloc(65_536, 120);
};

const padding = 'x'.repeat(65_000);
const comment = Buffer.from(`: ${padding}\n\n`);

const googleStatuses = {
  overload: { code: 429, status: 'RESOURCE_EXHAUSTED' },
  'too long': { code: 400, status: 'INVALID_ARGUMENT' },
  key: { code: 403, status: 'PERMISSION_DENIED' },
  request: { code: 400, status: 'INVALID_ARGUMENT' },
} as const;
const googleError = (why: Refused) => {
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0.01s' };
  return {
    error: { ...googleStatuses[why], message: sentences[why], ...(why === 'overload' ? { details: [retry] } : {}) },
  };
};
const googleEnds = { stop: 'STOP', length: 'MAX_TOKENS', filter: 'SAFETY', calls: 'STOP' } as const;

const gemini: Omit<Dialect, 'provider' | 'modelId' | 'environment' | 'path' | 'access'> = {
  reply({ thoughts, texts = [], calls = [], end = 'stop', isCut = false }) {
    const chunk = (parts: readonly object[], rest: object = {}) =>
      sse({ candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }], modelVersion: 'gemini' });
    const usageMetadata = {
      promptTokenCount: 11,
      cachedContentTokenCount: 4,
      candidatesTokenCount: thoughts === undefined ? 3 : 2,
      ...(thoughts === undefined ? {} : { thoughtsTokenCount: 1 }),
      totalTokenCount: 14,
    };
    const called = calls.map(({ name, arguments: args }, index) => ({
      functionCall: { name, args: JSON.parse(args) },
      ...(index === 0 ? { thoughtSignature: signature } : {}),
    }));
    return [
      ...(thoughts === undefined ? [] : [chunk([{ text: thoughts, thought: true }])]),
      ...texts.map((text) => chunk([{ text }])),
      ...(called.length === 0 ? [] : [chunk(called)]),
      ...(isCut
        ? []
        : [
            sse({
              candidates: [
                { content: { role: 'model', parts: [{ text: '' }] }, finishReason: googleEnds[end], index: 0 },
              ],
              usageMetadata,
            }),
          ]),
    ];
  },
  refusal: (why) => ({ status: googleStatuses[why].code, body: JSON.stringify(googleError(why)) }),
  fault: (why) => sse(googleError(why)),
  endless: endlessLine,
  filler: comment,
};

const azureEnds = { stop: 'stop', length: 'length', filter: 'content_filter', calls: 'tool_calls' } as const;
const azureErrors = {
  overload: {
    status: 429,
    code: '429',
    message: 'Requests have exceeded the token rate limit. Please retry after 0 seconds.',
  },
  'too long': {
    status: 400,
    code: 'context_length_exceeded',
    message: "This model's maximum context length is 128000 tokens.",
  },
  key: { status: 401, code: '401', message: 'Access denied due to invalid subscription key or wrong API endpoint.' },
  request: {
    status: 400,
    code: 'content_filter',
    message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { hate: { filtered: true } } },
  },
} as const;
const filtered = { hate: { filtered: false, severity: 'safe' } };

const azure: Dialect = {
  provider: `{ name: azure, displayName: Azure, kind: azure, baseUrlVariable: AZURE_OPENAI_ENDPOINT, apiKeyVariable: AZURE_OPENAI_API_KEY }`,
  modelId: 'azure/my-deployment',
  environment: (origin) => ({ AZURE_OPENAI_ENDPOINT: origin, AZURE_OPENAI_API_KEY: 'a key' }),
  path: '/openai/v1/chat/completions',
  access: { 'api-key': /^a key$/ },
  reply({ thoughts, texts = [], calls = [], end = 'stop', isCut = false }) {
    const chunk = (delta: object | undefined, finish_reason: string | null = null) =>
      sse({
        choices: [{ index: 0, ...(delta && { delta }), finish_reason, content_filter_results: filtered }],
        object: 'chat.completion.chunk',
      });
    const usage = {
      ...{ prompt_tokens: 11, completion_tokens: 3, total_tokens: 14, prompt_tokens_details: { cached_tokens: 4 } },
      ...(thoughts === undefined ? {} : { completion_tokens_details: { reasoning_tokens: 1 } }),
    };
    const tool_calls = calls.map((call, index) => ({ index, id: `call_${index}`, type: 'function', function: call }));
    return [
      sse({ choices: [], prompt_filter_results: [{ prompt_index: 0, content_filter_results: filtered }], model: '' }),
      chunk({ role: 'assistant', content: '' }),
      ...(thoughts === undefined ? [] : [chunk({ reasoning_content: thoughts })]),
      ...texts.map((content) => chunk({ content })),
      ...(tool_calls.length === 0 ? [] : [chunk({ tool_calls })]),
      // The asynchronous filter reports on its own, without a delta.
      chunk(undefined),
      ...(isCut ? [] : [chunk({}, azureEnds[end]), sse({ choices: [], usage }), Buffer.from('data: [DONE]\n\n')]),
    ];
  },
  refusal(why) {
    const { status, ...error } = azureErrors[why];
    return { status, body: JSON.stringify({ error }) };
  },
  fault(why) {
    const { status, ...error } = azureErrors[why];
    return sse({ error: { ...error, status } });
  },
  endless: endlessLine,
  filler: comment,
};

const event = (type: string, payload: object): Buffer =>
  frame({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, payload);

const bedrockEnds = {
  stop: 'end_turn',
  length: 'max_tokens',
  filter: 'guardrail_intervened',
  calls: 'tool_use',
} as const;
const bedrockErrors = {
  overload: { status: 429, type: 'throttlingException', message: 'Too many tokens, please wait before trying again.' },
  'too long': { status: 400, type: 'validationException', message: 'Input is too long for requested model.' },
  key: {
    status: 403,
    type: 'accessDeniedException',
    message: "You don't have access to the model with the specified model ID.",
  },
  request: { status: 400, type: 'validationException', message: 'The model returned the following errors: malformed.' },
} as const;

const bedrock: Dialect = {
  provider: `{ name: bedrock, displayName: Bedrock, kind: bedrock, baseUrlVariable: BEDROCK_BASE_URL, apiKeyVariable: AWS_BEARER_TOKEN_BEDROCK, settings: { region: BEDROCK_REGION, accessKeyId: BEDROCK_ACCESS_KEY_ID, secretAccessKey: BEDROCK_SECRET_ACCESS_KEY } }`,
  modelId: 'bedrock/global.anthropic.claude-haiku-4-5-20251001-v1:0',
  environment: (origin) => ({
    BEDROCK_BASE_URL: origin,
    BEDROCK_REGION: 'eu-central-1',
    AWS_BEARER_TOKEN_BEDROCK: 'a key',
  }),
  path: '/model/global.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream',
  access: { authorization: /^Bearer a key$/ },
  reply({ thoughts, texts = [], calls = [], end = 'stop', isCut = false }) {
    let index = -1;
    const block = (deltas: readonly object[], start?: object): Buffer[] => {
      index += 1;
      const contentBlockIndex = index;
      return [
        ...(start === undefined ? [] : [event('contentBlockStart', { contentBlockIndex, start })]),
        ...deltas.map((delta) => event('contentBlockDelta', { contentBlockIndex, delta })),
        event('contentBlockStop', { contentBlockIndex }),
      ];
    };
    return [
      event('messageStart', { role: 'assistant' }),
      ...(thoughts === undefined
        ? []
        : block([{ reasoningContent: { text: thoughts } }, { reasoningContent: { signature } }])),
      ...(texts.length === 0 ? [] : block(texts.map((text) => ({ text })))),
      ...calls.flatMap(({ name, arguments: input }, at) =>
        block([{ toolUse: { input } }], { toolUse: { toolUseId: `tooluse_${at}`, name } }),
      ),
      ...(isCut
        ? []
        : [
            event('messageStop', { stopReason: bedrockEnds[end] }),
            event('metadata', {
              usage: { inputTokens: 7, outputTokens: 3, totalTokens: 14, cacheReadInputTokens: 4 },
              metrics: { latencyMs: 1 },
            }),
          ]),
    ];
  },
  refusal(why) {
    const { status, message } = bedrockErrors[why];
    return { status, body: JSON.stringify({ message }) };
  },
  fault(why) {
    const { type, message } = bedrockErrors[why];
    return frame(
      { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
      { message },
    );
  },
  *endless() {
    const prelude = Buffer.alloc(4);
    prelude.writeUInt32BE(0xffff_fff0);
    yield prelude;
    for (;;) yield Buffer.alloc(65_536);
  },
  filler: event('messageStart', { role: 'assistant', p: padding }),
};

/** By the name of the provider. */
export const dialects: Readonly<Record<'google' | 'vertex' | 'azure' | 'bedrock', Dialect>> = {
  google: {
    ...gemini,
    provider: `{ name: google, displayName: Google, kind: google, baseUrlVariable: GEMINI_BASE_URL, apiKeyVariable: GEMINI_API_KEY }`,
    modelId: 'google/gemini-3.5-flash',
    environment: (origin) => ({ GEMINI_BASE_URL: origin, GEMINI_API_KEY: 'a key' }),
    path: '/v1beta/models/gemini-3.5-flash:streamGenerateContent?alt=sse',
    access: { 'x-goog-api-key': /^a key$/ },
  },
  vertex: {
    ...gemini,
    provider: `{ name: vertex, displayName: Vertex, kind: vertex, baseUrlVariable: GOOGLE_VERTEX_BASE_URL, apiKeyVariable: GOOGLE_VERTEX_API_KEY, settings: { project: GOOGLE_VERTEX_PROJECT, location: GOOGLE_VERTEX_LOCATION, credentialsFile: GOOGLE_APPLICATION_CREDENTIALS } }`,
    modelId: 'vertex/gemini-3.5-flash',
    environment: (origin) => ({ GOOGLE_VERTEX_BASE_URL: origin, GOOGLE_VERTEX_API_KEY: 'a key' }),
    path: '/v1/publishers/google/models/gemini-3.5-flash:streamGenerateContent?alt=sse',
    access: { 'x-goog-api-key': /^a key$/ },
  },
  azure,
  bedrock,
};
