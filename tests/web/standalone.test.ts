/** The web client in front of the standalone. */
import { accessibilityFlows } from './flows/accessibility.ts';
import { browserFaultFlows } from './flows/browser-faults.ts';
import { collectionFlows } from './flows/collections.ts';
import { conversationFlows } from './flows/conversation.ts';
import { fileFlows } from './flows/files.ts';
import { hostileTextFlows } from './flows/hostile-texts.ts';
import { interruptionFlows } from './flows/interruptions.ts';
import { listFlows } from './flows/list.ts';
import { ownFileFlows } from './flows/own-files.ts';
import { renewalFlows } from './flows/renewal.ts';
import { scrollingFlows } from './flows/scrolling.ts';
import { toolFlows } from './flows/tools.ts';
import { transferFlows } from './flows/transfers.ts';
import { typedTextFlows } from './flows/typed-text.ts';
import { uploadFlows } from './flows/uploads.ts';
import { accessTokenSeconds, standOfFile } from './stand-of-file.ts';

const stand = standOfFile({ accessTokenSeconds });
listFlows(stand);
conversationFlows(stand);
typedTextFlows(stand);
scrollingFlows(stand);
renewalFlows(stand);
interruptionFlows(stand);
browserFaultFlows(stand);
hostileTextFlows(stand);
toolFlows(stand);
fileFlows(stand);
// Parts go to the store as whole files do.
uploadFlows(stand);
collectionFlows(stand);
ownFileFlows(stand);
transferFlows(stand);
// What axe, a keyboard and a screen reader find on a page is the same whoever served it.
accessibilityFlows(stand);
