/**
 * What the provider does with a request for a summary: it keeps the facts of what it is given, which are words that
 * begin with `fact-`, or fails as a script in the quoted conversation says.
 */
import type { ChatRequest } from './chat-request.ts';
import { parseScript, type Script } from './script.ts';

/** Undefined where the request asks for no summary. */
export const summaryScript = ({ messages }: ChatRequest): Script | undefined => {
  const [system, quoted] = [messages[0], messages.at(-1)].map((message) => message?.content ?? '');
  if (system === undefined || quoted === undefined || !system.includes('Put the summary between')) return undefined;
  const facts = [...new Set(quoted.match(/fact-[\w-]+/g))];
  switch ([...quoted.matchAll(/\bsummary=(\w+)/g)].at(-1)?.[1]) {
    case 'fail':
      return parseScript({ status: 500 });
    case 'refuse':
      return parseScript({ texts: ["<summary>I'm sorry, but I can't help with that.</summary>"] });
    case 'chatter':
      return parseScript({ texts: [`Error: the upstream of ${facts.join(' ')} is away.`] });
    default:
      return parseScript({ texts: ['<summary>\nThe user said ', facts.join(' '), '\n</summary>'] });
  }
};
