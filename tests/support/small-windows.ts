/** A models file of two models with windows of 2,048 tokens, one of which costs ten times as much as the other. */
export const smallWindows = `
providers:
  - { name: openai, displayName: Scripted, kind: openai-compatible, baseUrlVariable: OPENAI_BASE_URL }
models:
  - { id: openai/scripted, displayName: L, provider: openai, pool: EXTERNAL, contextWindow: 2048,
      maxOutputTokens: 256, price: { input: "10", cachedInput: "5", output: "40" } }
  - { id: openai/gpt-4o-mini, displayName: S, provider: openai, pool: EXTERNAL, contextWindow: 2048,
      maxOutputTokens: 256, price: { input: "1", cachedInput: "0.5", output: "4" } }
`;
