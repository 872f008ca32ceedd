/**
 * Our own rules: phrases that threaten, speak of self-harm or hate a group, and the markers by which chat templates
 * separate turns. Invariant: a pattern has no nested repetition and only bounded gaps, so it takes linear time.
 */

import { angleMarkers, squareMarkers } from '../role-markers.ts';
import type { ModerationCategory } from './categories.ts';
import { languageRules } from './languages/language-rules.ts';
import type { PhraseRule } from './phrase-rule.ts';

const intends =
  "\\b(?:i|we)(?:'ll| will| shall| want to| wanna| plan to| need to|(?:'m| am|'re| are)? (?:gonna|going to|about to|planning to|ready to))";
const harm = '(?:kill|murder|shoot|stab|strangle|behead|beat up)';
/** Not "shoot you an email". */
const noGift = '(?! an? )\\b';
const people =
  '(?:you|your (?:family|kids|children|wife|husband|mother|father)|my (?:boss|wife|husband|neighbou?rs?|teacher|classmates|coworkers)|every(?:one|body) (?:there|here|in))';
const places = '(?:school|church|mosque|synagogue|temple|hospital|airport|stadium|office|mall)';
const attack = '(?:bomb|shoot up|blow up|burn down|attack)';
const groups =
  '(?:jews|muslims|christians|hindus|blacks|black people|whites|white people|asians|mexicans|arabs|gays|lesbians|trans people|immigrants|refugees|foreigners|women|disabled people)';
const oneself =
  '(?:kill myself|end my life|end it all|hang myself|hurt myself|cut myself|harm myself|commit suicide|take my own life)';
const oneselfDoing =
  '(?:killing myself|ending my life|ending it all|hanging myself|hurting myself|cutting myself|harming myself|suicide)';

/** A role that speaks with authority, after the marker that begins a turn, or as a marker of its own with an end. */
const authority = '(?:system|assistant|model|developer|chatbot)';
const forgedTurn = [
  String.raw`<\|(?:im_start|start_header_id|header_start|start_of_role|start|im_system)\|> ?${authority}\b`,
  String.raw`<start_of_turn> ?${authority}\b`,
  String.raw`<\|start_of_turn_token\|> ?<\|${authority}_token\|>`,
].join('|');
/** Likewise with an end, which is far away: too far to hold a reply back for it, and prompts disarm the markers. */
const forgedPassage = [
  '<<SYS>>.{0,200}<</SYS>>',
  String.raw`\[SYSTEM_PROMPT\].{0,200}\[/SYSTEM_PROMPT\]`,
  String.raw`[<\[]\|${authority}\|[>\]].{0,200}[<\[]\|(?:end|endofturn|user|assistant|im_end|eot_id)\|[>\]]`,
].join('|');
const anyMarker = new RegExp(String.raw`<(?:${angleMarkers.join('|')})|\[(?:${squareMarkers.join('|')})`, 'u');

const phrase = (category: ModerationCategory, score: number, source: string): PhraseRule => ({
  category,
  score,
  pattern: new RegExp(source, 'iu'),
});

export const phraseRules: readonly PhraseRule[] = [
  phrase('THREAT', 0.95, `${intends} ${harm} ${people}${noGift}`),
  // About a third person it is as often a story or a game.
  phrase('THREAT', 0.7, `${intends} ${harm} (?:him|her|them)${noGift}`),
  phrase('THREAT', 0.95, `${intends} ${attack} (?:the|a|my|your|this|that|our) (?:\\w{1,16} )?${places}\\b`),
  phrase(
    'THREAT',
    0.7,
    `\\bhow (?:to|do i|can i|could i|would i) ${attack} (?:the|a|my|your|this|that|our) (?:\\w{1,16} )?${places}\\b`,
  ),
  phrase(
    'THREAT',
    0.7,
    String.raw`\b(?:you|they|he|she)(?:'re| are|'s| is)? (?:going to|gonna|deserves? to|will|must) (?:die|pay with (?:your|their|his|her) (?:life|lives)|be (?:killed|shot|beheaded))\b`,
  ),

  phrase(
    'SELF_HARM',
    0.95,
    `${intends} ${oneself}\\b|\\bi(?:'m| am)? (?:thinking (?:of|about)|consider(?:ing)?) ${oneselfDoing}\\b`,
  ),
  phrase(
    'SELF_HARM',
    0.95,
    String.raw`\b(?:painless|easiest|best|quickest|fastest) ways? to (?:die|kill (?:myself|oneself)|end (?:my|one's) life|commit suicide)\b`,
  ),
  phrase('SELF_HARM', 0.9, String.raw`\b(?:go )?kill (?:yourself|urself)\b|\bkys\b`),
  phrase(
    'SELF_HARM',
    0.7,
    String.raw`\bi(?:'m| am| feel| have been| have) (?:so |very |feeling |really )?suicidal\b|\bi (?:want to|wanna) die\b|\bno reason (?:for me )?to (?:live|go on)\b`,
  ),

  phrase(
    'HATE',
    0.95,
    `\\b(?:all |every |those |these |the )?${groups} (?:should|must|deserve to|need to|ought to) (?:all )?(?:die|burn|hang|be (?:killed|shot|gassed|hanged|exterminated|wiped out|eradicated))\\b`,
  ),
  phrase('HATE', 0.95, `\\b(?:kill|gas|exterminate|eradicate|lynch) (?:all |every |the |those )(?:the )?${groups}\\b`),
  phrase(
    'HATE',
    0.9,
    `\\b${groups} are (?:all )?(?:vermin|subhuman|sub-human|cockroaches|parasites|animals|filth|scum|an inferior race|inferior)\\b`,
  ),
  phrase(
    'HATE',
    0.6,
    `\\bi (?:really |just |fucking )?(?:hate|despise|can't stand) (?:all |those |these |the )?${groups}\\b`,
  ),

  // First a forged turn of the system or the model; then any marker, which may also be part of a question about
  // markers.
  phrase('CHAT_TEMPLATE', 0.95, forgedTurn),
  { ...phrase('CHAT_TEMPLATE', 0.95, forgedPassage), ofPrompts: true },
  // Their case is part of what they are: "[inst]" is a word in brackets.
  { category: 'CHAT_TEMPLATE', score: 0.6, pattern: anyMarker },

  ...languageRules,
];
