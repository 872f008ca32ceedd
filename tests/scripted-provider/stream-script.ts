/** Writes a streamed reply as its script says: its words at once or paced, its calls of tools, and its faults. */
import type { ServerResponse } from 'node:http';
import { callsAreDue, toolResultsOf } from './chat-request.ts';
import type { Exchange, ExchangeNotes } from './record-request.ts';
import { textOf } from './script.ts';
import {
  callEvents,
  closingEvents,
  garbageEvent,
  roleEvent,
  textEvent,
  thoughtEvent,
  tokensPerCall,
  usageOf,
  wordEvent,
} from './wire.ts';

/** The words of a reply, up to the index `end`. */
interface Words {
  readonly end: number;
  /** Index of the next word to be written. */
  written(): number;
  /** Writes the words up to an index; false when the socket wants a pause. */
  writeTo(limit: number): boolean;
  /** Called when all are written. */
  finish(): void;
}

/** The first word at once, and then one each `pace` milliseconds. */
const writePaced = ({ end, written, writeTo, finish }: Words, response: ServerResponse, pace: number): void => {
  const startedAt = performance.now();
  const first = written();
  writeTo(Math.min(end, first + 1));
  const timer = setInterval(() => {
    if (written() >= end) {
      clearInterval(timer);
      finish();
      return;
    }
    const due = first + 1 + Math.floor((performance.now() - startedAt) / pace);
    writeTo(Math.min(end, due));
  }, pace);
  response.on('close', () => clearInterval(timer));
};

/** As fast as the socket takes them. */
const writeAtOnce = ({ end, written, writeTo, finish }: Words, response: ServerResponse): void => {
  const pump = (): void => {
    while (written() < end && !response.destroyed) if (!writeTo(Math.min(end, written() + 64))) break;
    if (written() >= end) finish();
    else response.once('drain', pump);
  };
  pump();
};

export const streamScript = ({ body, script, response }: Exchange, notes: ExchangeNotes): void => {
  const last = body.messages.at(-1);
  const calls = callsAreDue(body, script) ? script.calls : [];
  const texts = calls.length > 0 && script.text !== undefined ? [] : script.texts;
  const paced = script.pace > 0 ? texts : [];
  const words = texts.length > 0 ? paced.length : script.tokens;
  const tokens = calls.length > 0 ? script.lead : words;
  const results = calls.length > 0 || texts.length > 0 ? '' : toolResultsOf(body);
  const given = last?.role === 'assistant' && last.tool_calls === undefined ? (last.content ?? '') : '';
  const prefix = texts.length === 0 && (results + textOf(tokens)).startsWith(given) ? given : '';
  const wordsGiven = prefix.slice(results.length).trimEnd();
  const { stall, cut, end: ends, garbage } = script;
  const end = Math.min(tokens, ...[stall, cut, ends, garbage].map((at) => at ?? Infinity));
  const thoughts = given === '' ? script.reasoning : 0;
  let next = wordsGiven === '' ? 0 : wordsGiven.split(' ').length;
  const sent = next;
  // What the tools said, or the rest of the word that the prefix ends in.
  const rest = (results + textOf(next)).slice(prefix.length);
  const reportsUsage = body.stream_options?.include_usage === true && script.usage === 'yes';
  const close = (reason: Parameters<typeof closingEvents>[0], outputTokens: number): void => {
    const usage = script.says ?? JSON.stringify(usageOf(outputTokens, thoughts));
    response.end(closingEvents(reason, reportsUsage ? usage : undefined));
  };
  const finish = (): void => {
    if (cut !== undefined) notes.cut();
    if (garbage !== undefined) response.write(garbageEvent);
    if (cut !== undefined || stall !== undefined) return;
    if (garbage !== undefined || ends !== undefined) response.end();
    else if (calls.length === 0) close(script.finish, tokens - sent);
    else {
      response.write(callEvents(calls, script.torn === 'yes'));
      if (script.torn === 'yes') notes.cut();
      else close('tool_calls', tokens + calls.length * tokensPerCall);
    }
  };
  /** Writes the words up to an index; false when the socket wants a pause. */
  const writeTo = (limit: number): boolean => {
    let bytes = '';
    for (; next < limit; next += 1) bytes += paced.length > 0 ? textEvent(paced[next] ?? '') : wordEvent(next);
    const more = bytes === '' || response.write(bytes);
    notes.noteWords(next);
    return more;
  };
  const write = (reply: Words): void => {
    if (script.pace > 0) writePaced(reply, response, script.pace);
    else writeAtOnce(reply, response);
  };
  const beginText = (): void => {
    response.write((rest === '' ? '' : textEvent(rest)) + (paced.length > 0 ? '' : texts.map(textEvent).join('')));
    write({ end, written: () => next, writeTo, finish });
  };
  const beginThoughts = (): void => {
    let thought = 0;
    write({
      end: thoughts,
      written: () => thought,
      writeTo(limit) {
        let bytes = '';
        for (; thought < limit; thought += 1) bytes += thoughtEvent(thought, script);
        return response.write(bytes);
      },
      finish: beginText,
    });
  };
  const begin = (): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(roleEvent);
    if (thoughts > 0) beginThoughts();
    else beginText();
  };
  if (script.delay === 0) begin();
  else {
    const timer = setTimeout(begin, script.delay);
    response.on('close', () => clearTimeout(timer));
  }
};
