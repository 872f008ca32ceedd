/** What a reply may cost before anybody has written it, in USD. Exact decimals. */
import { Decimal } from 'decimal.js';
import type { ListedModel } from '../catalogue/catalogue.ts';
import type { RouteQuestion } from './route-question.ts';

/** Tokens of reply that are expected of a model when the request names no limit, to compare prices. */
export const expectedReplyTokens = 256;

const costOf = (
  inputPrice: Decimal.Value,
  inputTokens: number,
  { price }: ListedModel,
  outputTokens: number,
): Decimal =>
  new Decimal(inputPrice).mul(inputTokens).add(new Decimal(price.output).mul(outputTokens)).dividedBy(1_000_000);

/** What an ordinary reply costs, which orders models by price. */
export const expectedCost = (model: ListedModel, question: RouteQuestion): Decimal =>
  costOf(model.price.input, question.inputTokens, model, question.maxOutputTokens ?? expectedReplyTokens);

/** What the reply costs if the model writes as much as it may, at the dearest price of its prompt. */
export const greatestCost = (model: ListedModel, question: RouteQuestion): Decimal => {
  const { input, cachedInput, cacheWrite } = model.price;
  const output = Math.min(question.maxOutputTokens ?? model.maxOutputTokens, model.maxOutputTokens);
  const tokens = Math.min(question.promptTokens, model.contextWindow - output);
  return costOf(Decimal.max(input, cachedInput, cacheWrite ?? input), tokens, model, output);
};
