/**
 * The web client in front of separate processes and two gateways. What happens in the browser alone (typing,
 * scrolling, how texts are shown), and pages whose requests tests/system sends to separate processes (collections,
 * calls of tools), are tested on the standalone only.
 */
import { conversationFlows } from './flows/conversation.ts';
import { deathFlows } from './flows/deaths.ts';
import { fileFlows } from './flows/files.ts';
import { interruptionFlows } from './flows/interruptions.ts';
import { listFlows } from './flows/list.ts';
import { renewalFlows } from './flows/renewal.ts';
import { accessTokenSeconds, standOfFile } from './stand-of-file.ts';

const stand = standOfFile({ behindTwoGateways: true, accessTokenSeconds });
listFlows(stand);
conversationFlows(stand);
renewalFlows(stand);
interruptionFlows(stand);
fileFlows(stand);
// The last, because who dies here stays dead.
deathFlows(stand);
