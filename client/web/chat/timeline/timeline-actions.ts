/** What can be done with the messages of a timeline. The same object for as long as the conversation is shown. */
import type { ParlanceFault, ToolDecisionInput } from '@parlance/client';

export interface TimelineActions {
  select(messageId: string): void;
  stop(messageId: string): void;
  /** Resolves with undefined when the server has it, else with the reason. */
  decide(decision: ToolDecisionInput): Promise<ParlanceFault | undefined>;
  /** @param model an id of a model, or the name of a policy; undefined for the conversation's */
  regenerate(messageId: string, model?: string): void;
  /** Resolves with undefined when the server has it, else with the reason. */
  edit(messageId: string, content: string): Promise<ParlanceFault | undefined>;
}
