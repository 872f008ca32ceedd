/**
 * Stands between what a model writes and the deltas that clients see, for one response. Text and reasoning are screened
 * apart, each as it grows; a thought ends where text follows. Invariants: what was not screened, and what blocks, is in
 * no delta; after a block nothing more is shown, and `closed` ends the request to the model; without a screen
 * everything passes at once.
 */
import { createGrowingText, type GrowingText } from '#contracts/moderation/growing-text.ts';
import { createInspectedWriter } from './inspected-writer.ts';
import { blockedText, OutputRefusal } from './output-refusal.ts';
import type { OutputScreen } from './output-screen.ts';

type DeltaKind = 'TokenDelta' | 'ReasoningDelta';

/** Where text goes that may be shown. */
interface ShownText {
  /** What was written so far. */
  readonly text: string;
  readonly reasoning: string;
  write(text: string, kind: DeltaKind): Promise<void> | undefined;
}

/**
 * How a response ended. Of one that was STOPPED, what is left is shown or dropped, and blocks nothing: the rest of its
 * last sentence will never come. One that is BROKEN is continued by another model, from what was shown.
 */
export type ResponseEnd = 'COMPLETE' | 'STOPPED' | 'BROKEN';

export interface OutputGate {
  /** All text of the response so far, shown or not. */
  readonly text: string;
  /** Likewise all reasoning. */
  readonly reasoning: string;
  /** Why the reply ends here; undefined while it goes on. */
  readonly refusal: OutputRefusal | undefined;
  /** Aborted with the refusal. */
  readonly closed: AbortSignal;
  /** When it returns a promise, await that before writing more. */
  write(text: string, kind: DeltaKind): Promise<void> | undefined;
  /** Shows what is left, unless that is blocked. Of a response that broke off nothing is shown any more. */
  end(how: ResponseEnd): Promise<void>;
}

export interface OutputGateOptions {
  /** Undefined: nothing is screened. */
  readonly screen: OutputScreen | undefined;
  readonly writer: ShownText;
  /** What the reply shows of either kind before this response. */
  readonly shown: Readonly<Record<DeltaKind, string>>;
  /** Called for each text that is shown. */
  readonly onShown: () => void;
}

const passing = ({ writer, onShown }: OutputGateOptions): OutputGate => ({
  get text() {
    return writer.text;
  },
  get reasoning() {
    return writer.reasoning;
  },
  refusal: undefined,
  closed: new AbortController().signal,
  write(text, kind) {
    onShown();
    return writer.write(text, kind);
  },
  end: async () => undefined,
});

export const createOutputGate = (options: OutputGateOptions): OutputGate => {
  const { screen, writer, shown, onShown } = options;
  if (screen === undefined || (screen.detectors.length === 0 && !screen.inspect)) return passing(options);
  const { detectors, holdCharacters, inspect } = screen;
  const open = (kind: DeltaKind): GrowingText => createGrowingText({ detectors, holdCharacters, shown: shown[kind] });
  const growing = { TokenDelta: open('TokenDelta'), ReasoningDelta: open('ReasoningDelta') };
  const unshown = { TokenDelta: '', ReasoningDelta: '' };
  const closing = new AbortController();
  let refusal: OutputRefusal | undefined;

  const shownOf = (kind: DeltaKind): string => (kind === 'TokenDelta' ? writer.text : writer.reasoning);
  const showNow = (text: string, kind: DeltaKind): Promise<void> | undefined => {
    unshown[kind] = unshown[kind].slice(text.length);
    onShown();
    return writer.write(text, kind);
  };
  const refuseWith = (one: OutputRefusal): void => {
    refusal ??= one;
    inspected?.drop();
    closing.abort(refusal);
  };
  const inspected =
    inspect && createInspectedWriter({ inspect, show: showNow, onRefused: refuseWith, shown: shown.TokenDelta });
  const show = (text: string, kind: DeltaKind): Promise<void> | undefined => {
    if (text === '') return undefined;
    return inspected === undefined ? showNow(text, kind) : inspected.write(text, kind);
  };
  const refuse = (kind: DeltaKind): void => {
    refuseWith(new OutputRefusal('CONTENT_BLOCKED', blockedText(shown[kind] + shownOf(kind), growing[kind])));
  };
  const finish = (kind: DeltaKind, isWhole: boolean): void => {
    if (refusal !== undefined) return;
    const rest = growing[kind].end();
    if (growing[kind].found.length === 0) void show(rest, kind);
    else if (isWhole) refuse(kind);
  };

  return {
    get text() {
      return writer.text + unshown.TokenDelta;
    },
    get reasoning() {
      return writer.reasoning + unshown.ReasoningDelta;
    },
    get refusal() {
      return refusal;
    },
    closed: closing.signal,
    write(text, kind) {
      if (refusal !== undefined) return undefined;
      unshown[kind] += text;
      // Where text begins, the thought before it has ended, and need not wait for another one.
      if (kind === 'TokenDelta' && unshown.ReasoningDelta !== '') finish('ReasoningDelta', true);
      if (refusal !== undefined) return undefined;
      const released = growing[kind].take(text);
      const full = show(released, kind);
      if (growing[kind].found.length > 0) refuse(kind);
      return full;
    },
    async end(how) {
      const isWhole = how === 'COMPLETE';
      if (how === 'BROKEN') return inspected?.drop();
      finish('ReasoningDelta', isWhole);
      finish('TokenDelta', isWhole);
      if (isWhole && refusal === undefined) await inspected?.end();
      else inspected?.drop();
    },
  };
};
