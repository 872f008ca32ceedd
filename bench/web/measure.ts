/** What the web client costs a browser. */
import type { Figure } from '../figures.ts';
import { measureGrowingText } from './growing-text.ts';
import { measureLongConversation } from './long-conversation.ts';
import { measurePageBudget } from './page-budget.ts';

export const measureWeb = async (quick: boolean): Promise<Figure[]> => [
  ...(await measureGrowingText(quick)),
  ...(await measureLongConversation(quick)),
  ...(await measurePageBudget(quick)),
];
