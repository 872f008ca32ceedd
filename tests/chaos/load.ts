/**
 * Users who talk all the time: each sends, is followed by two clients, stops some replies, and sends again, until the
 * time is over. What a user does is drawn from the seed. A send is repeated with its key until it is taken, as a client
 * does it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import type { Random } from '#tests/support/random.ts';
import { type Decided, decide } from './decide.ts';
import { type DrawnCall, drawCommon, drawTurn } from './draw-turn.ts';
import type { Following, SeenFault } from './evidence.ts';
import { follow, type Passed, passingCodes, wrongIn } from './follow.ts';
import { autoPolicy, mailDomain } from './policies.ts';

/** What a user did, and what its clients saw of it. */
export interface Send {
  readonly messageId: string;
  readonly prompt: string;
  /** As the provider gets it. */
  readonly seenPrompt: string;
  readonly words: number;
  readonly text?: string;
  readonly requests: number;
  readonly mayNotFit: boolean;
  readonly call?: DrawnCall & { readonly decided: Decided };
  readonly isCommon: boolean;
  readonly stopped: boolean;
  readonly providerFails: boolean;
  readonly providerRefusals: number;
  readonly followings: readonly Following[];
  readonly sendFaults: readonly SeenFault[];
  /** From its first try until a gateway said that it is taken. */
  readonly takenMs: number;
  /** From there to the end at the slower of its followers. */
  readonly repliedMs: number;
}

/** Codes that a send may meet in addition: nobody may be asked, or the reply before is not stored yet. */
const passingSendCodes = new Set([...passingCodes, 'CONVERSATION_BUSY', 'MODEL_UNAVAILABLE']);
const pauseMs = 200;

/** Repeats until there is a response, however the connection fails. Codes that are no matter of time go to `faults`. */
const persist = async <Value>(
  act: (turn: number) => Promise<Value>,
  faults: SeenFault[],
  passed: Passed,
  deadline: AbortSignal,
): Promise<Value | undefined> => {
  for (let turn = 0; !deadline.aborted; turn += 1) {
    try {
      return await act(turn);
    } catch (fault) {
      faults.push(...wrongIn(fault, passingSendCodes, passed));
      if (faults.length > 5) return undefined;
      await sleep(pauseMs);
    }
  }
  return undefined;
};

const stopMutation = 'mutation($id: ID!) { stopGeneration(messageId: $id) { id } }';
const stopShape = z.object({ stopGeneration: z.object({ id: z.string() }) });

export interface TalkOptions {
  readonly clients: readonly [TestClient, ...TestClient[]];
  readonly random: Random;
  /** Aborted when nothing more is to be sent. */
  readonly talkUntil: AbortSignal;
  /** Aborted when what has not ended counts as hanging. */
  readonly deadline: AbortSignal;
  readonly passed: Passed;
}

export const talk = async (options: TalkOptions): Promise<readonly Send[]> => {
  const { clients, random, talkUntil, deadline, passed } = options;
  const sends: Send[] = [];
  const clientAt = (turn: number): TestClient => clients[turn % clients.length] ?? clients[0];
  while (!talkUntil.aborted) {
    const faults: SeenFault[] = [];
    const conversationId = await persist((turn) => clientAt(turn).createConversation(), faults, passed, deadline);
    if (conversationId === undefined)
      throw new Error(`no conversation can be made: ${faults.map(({ what }) => what).join(', ')}`);
    // Some go on for long enough that older turns are summarised.
    const turnCount = random.next() < 0.15 ? 8 : random.between(1, 3);
    const isCommon = random.next() < 0.15;
    const mail = `u${conversationId.slice(-12)}${mailDomain}`;
    for (let turn = 0; turn < (isCommon ? 1 : turnCount) && !talkUntil.aborted; turn += 1) {
      const idempotencyKey = uuidv7();
      const drawn = isCommon ? drawCommon(random) : drawTurn(random, idempotencyKey, mail);
      const { words, refused, fails, script } = drawn;
      const prompt = isCommon ? script : `${script}\n${idempotencyKey}\n${mail}`;
      const model = isCommon
        ? autoPolicy
        : random.pick([undefined, 'openai/gpt-4o-mini', 'openai/scripted', autoPolicy]);
      const input = {
        idempotencyKey,
        replyId: uuidv7(),
        onBusy: 'ENQUEUE',
        maxOutputTokens: 500,
        ...drawn.input,
        ...(model === undefined || fails ? {} : { modelPolicy: model }),
      };
      const begunAt = Date.now();
      const taken = await persist((at) => clientAt(at).send(conversationId, prompt, input), faults, passed, deadline);
      const takenAt = Date.now();
      const messageId = taken?.assistantMessage.id ?? input.replyId;
      const stopAfterMs = random.next() < 0.1 ? random.between(20, 900) : undefined;
      // A stopped reply may have no event at all but its end.
      const late = stopAfterMs === undefined ? random.between(1, 2) : 0;
      const stop = async (): Promise<void> => {
        if (stopAfterMs === undefined) return;
        await sleep(stopAfterMs);
        await persist(
          (at) => clientAt(at + 1).query(stopShape, stopMutation, { id: messageId }),
          faults,
          passed,
          deadline,
        );
      };
      const afterMs = random.between(0, 1_500);
      const [followings, decided] = taken
        ? await Promise.all([
            Promise.all([
              follow({ clients, messageId, afterSeq: 0, deadline, passed }),
              follow({ clients: [clientAt(1), ...clients], messageId, afterSeq: late, deadline, passed }),
            ]),
            drawn.call?.decision === undefined
              ? undefined
              : decide({
                  ...{ messageId, decision: drawn.call.decision, afterMs, signal: deadline },
                  persist: (act) => persist((at) => act(clientAt(at)), faults, passed, deadline),
                }),
            stop(),
          ])
        : [[], undefined];
      sends.push({
        messageId,
        prompt,
        seenPrompt: prompt.replaceAll(mail, '[EMAIL_1]'),
        words,
        requests: drawn.requests,
        mayNotFit: drawn.mayNotFit,
        ...(drawn.text === undefined ? {} : { text: drawn.text }),
        ...(drawn.call === undefined ? {} : { call: { ...drawn.call, decided } }),
        isCommon,
        stopped: stopAfterMs !== undefined,
        providerFails: fails,
        providerRefusals: refused,
        followings,
        sendFaults: faults,
        takenMs: takenAt - begunAt,
        repliedMs: Date.now() - takenAt,
      });
    }
  }
  return sends;
};
