/** What a reply may cost before anybody has written it, in USD. Exact decimals. */
import { Decimal } from 'decimal.js';
import type { ListedModel } from '../catalogue/catalogue.ts';
import type { RouteQuestion } from './route-question.ts';

/** Tokens of reply that are expected of a model when the request names no limit, to compare prices. */
export const expectedReplyTokens = 256;

const costOf = ({ price }: ListedModel, inputTokens: number, outputTokens: number): Decimal =>
  new Decimal(price.input).mul(inputTokens).add(new Decimal(price.output).mul(outputTokens)).dividedBy(1_000_000);

/** What an ordinary reply costs, which orders models by price. */
export const expectedCost = (model: ListedModel, question: RouteQuestion): Decimal =>
  costOf(model, question.inputTokens, question.maxOutputTokens ?? expectedReplyTokens);

/** What the reply costs if the model writes as much as it may. */
export const greatestCost = (model: ListedModel, question: RouteQuestion): Decimal => {
  const output = Math.min(question.maxOutputTokens ?? model.maxOutputTokens, model.maxOutputTokens);
  return costOf(model, Math.min(question.promptTokens, model.contextWindow - output), output);
};
