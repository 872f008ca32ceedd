/**
 * Renders a step of a reply for the prompt of the next request. A model with tools gets the calls as calls; any other
 * model gets them in words, so that it can continue with the results. The result of a tool is foreign text in either
 * form.
 */
import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { isOpenCall, type ToolCall } from '#contracts/stream-event.ts';
import { parseArguments } from '../tools/parse-arguments.ts';
import type { ReplyStep } from '../transcript/reply-steps.ts';
import type { SignedThought, StepSignatures } from '../transcript/signed-thoughts.ts';
import { disarmRoleMarkers } from './role-markers.ts';

export interface StepForm {
  readonly native: boolean;
  /** Whether the calls come with the thoughts that led to them, for servers that want these back. */
  readonly hasThoughts: boolean;
  /** Characters of a result, at most. */
  readonly longest: number;
  /** What the model's provider signed in this step; undefined where another model wrote it. */
  readonly signatures: StepSignatures | undefined;
}

/** Models take an empty result for a fault. */
const emptyResult = 'The tool gave no result.';

const resultOf = (call: ToolCall, longest: number): string => {
  const result = isOpenCall(call) || call.result.trim() === '' ? emptyResult : disarmRoleMarkers(call.result);
  return result.length <= longest ? result : `${result.slice(0, longest).toWellFormed()}\n(The rest was cut off.)`;
};

const text = (words: string) => ({ type: 'text' as const, text: words });

/** The lines before the text of a step separate it from the step before, for people. */
const textOfStep = (step: ReplyStep): string => step.text.replace(/^[\r\n]+/, '');

/** Signed thoughts are given back as they came, and take the place of those that the reply shows. */
const thoughtsOf = (
  { reasoning }: ReplyStep,
  hasThoughts: boolean,
  signatures: StepSignatures | undefined,
): readonly SignedThought[] => {
  if (!hasThoughts) return [];
  if (signatures !== undefined && signatures.thoughts.length > 0) return signatures.thoughts;
  return reasoning !== '' ? [{ type: 'reasoning', text: reasoning.trim() }] : [];
};

const signatureOf = ({ id }: ToolCall, signatures: StepSignatures | undefined) => {
  const providerOptions = signatures?.calls.get(id);
  return providerOptions === undefined ? {} : { providerOptions };
};

/** No message where the step is blank so far. */
export const replyStepMessages = (
  step: ReplyStep,
  { native, hasThoughts, longest, signatures }: StepForm,
): LanguageModelV4Message[] => {
  const { calls } = step;
  const content = step.text.trim() === '' ? [] : [text(textOfStep(step))];
  if (calls.length === 0) return content.length === 0 ? [] : [{ role: 'assistant', content }];
  if (native) {
    return [
      {
        role: 'assistant',
        content: [
          ...thoughtsOf(step, hasThoughts, signatures),
          ...content,
          ...calls.map((call) => ({
            type: 'tool-call' as const,
            toolCallId: call.id,
            toolName: call.name,
            // Servers parse the arguments again. Where they were invalid, the model got that as the call's result.
            input: parseArguments(call.arguments) ?? {},
            ...signatureOf(call, signatures),
          })),
        ],
      },
      {
        role: 'tool',
        content: calls.map((call) => ({
          type: 'tool-result' as const,
          toolCallId: call.id,
          toolName: call.name,
          output: { type: 'text' as const, value: resultOf(call, longest) },
        })),
      },
    ];
  }
  const names = calls.map(({ name }) => name).join(', ');
  const results = calls.map(
    (call) => `Result of the tool ${call.name} for ${disarmRoleMarkers(call.arguments)}:\n${resultOf(call, longest)}`,
  );
  return [
    { role: 'assistant', content: content.length > 0 ? content : [text(`I call ${names}.`)] },
    { role: 'user', content: [text(results.join('\n\n'))] },
  ];
};
