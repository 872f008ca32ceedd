/**
 * The web client in front of separate processes and two gateways. What happens in the browser alone (scrolling, how
 * hostile texts are shown) is tested on the standalone only.
 */
import { collectionFlows } from './flows/collections.ts';
import { conversationFlows } from './flows/conversation.ts';
import { deathFlows } from './flows/deaths.ts';
import { fileFlows } from './flows/files.ts';
import { interruptionFlows } from './flows/interruptions.ts';
import { listFlows } from './flows/list.ts';
import { renewalFlows } from './flows/renewal.ts';
import { toolFlows } from './flows/tools.ts';
import { typedTextFlows } from './flows/typed-text.ts';
import { accessTokenSeconds, standOfFile } from './stand-of-file.ts';

const stand = standOfFile({ behindTwoGateways: true, accessTokenSeconds });
listFlows(stand);
conversationFlows(stand);
typedTextFlows(stand);
renewalFlows(stand);
interruptionFlows(stand);
toolFlows(stand);
fileFlows(stand);
collectionFlows(stand);
// The last, because who dies here stays dead.
deathFlows(stand);
