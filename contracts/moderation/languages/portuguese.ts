/** What threatens, speaks of self-harm or hates a group in Portuguese. */
import type { LanguagePhrases } from '../phrase-rule.ts';

const intends = '(?:vou|vamos|quero|queremos|pretendo)';
const harm = '(?:matar|assassinar|esfaquear|estrangular|degolar|balear)';
const family =
  '(?:(?:a )?(?:sua|tua) (?:família|mulher|mãe|esposa)|(?:os )?(?:seus|teus) (?:filhos|pais)|(?:o )?(?:seu|teu) (?:marido|pai))';
const places = '(?:escola|igreja|mesquita|sinagoga|hospital|aeroporto|estádio|escritório|estação|creche)';
const the = '(?:a|o|uma|um|minha|meu|sua|seu|esta|essa)';
const attack = '(?:explodir|incendiar|queimar|atacar|bombardear)';
const groups =
  '(?:judeus|muçulmanos|cristãos|negros|pretos|brancos|asiáticos|árabes|ciganos|imigrantes|refugiados|estrangeiros|gays|lésbicas|mulheres|deficientes)';
const all = '(?:todos os|todas as|os|as|esses|essas)';

export const portuguese: LanguagePhrases = {
  THREAT: {
    certain: [
      `${intends} (?:te|vos) ${harm}`,
      `${intends} ${harm} (?:você|vocês|${family})`,
      '(?:vou|vamos) (?:matar-te|matar-vos|matá-los a todos vocês)',
      `${intends} ${attack} ${the} ${places}`,
    ],
    ambiguous: [
      `${intends} (?:matá-lo|matá-la|matá-los|${harm} (?:ele|ela|eles|elas))`,
      `como (?:posso |eu )?${attack} ${the} ${places}`,
      '(?:você|tu) (?:vai|vais|deve|merece) morrer',
    ],
  },
  SELF_HARM: {
    certain: [
      '(?:quero|vou) (?:me (?:matar|suicidar|enforcar|cortar|machucar)|suicidar-me|matar-me|acabar com a minha vida|tirar a minha vida)',
      '(?:penso|estou pensando|estou a pensar) em (?:suicídio|me matar|me suicidar|suicidar-me)',
      '(?:melhor|mais rápida|mais fácil) (?:forma|maneira|jeito) de (?:me matar|se matar|me suicidar)',
      '(?:forma|maneira|jeito) mais (?:rápida|fácil|rápido) de (?:me matar|se matar|me suicidar)',
    ],
    likely: ['(?:se mata|mata-te|vai se matar|suicida-te)'],
    ambiguous: ['(?:eu )?quero morrer', 'não quero mais viver'],
  },
  HATE: {
    certain: [
      `${all} ${groups} (?:devem|deveriam|merecem) (?:todos |todas )?(?:morrer|queimar)`,
      `${all} ${groups} (?:devem|deveriam|merecem) ser (?:mortos|mortas|exterminados|exterminadas|fuzilados|queimados)`,
      `(?:matem|exterminem|queimem) ${all} ${groups}`,
    ],
    likely: [
      `${all} ${groups} são (?:todos |todas )?(?:escória|lixo|parasitas|animais|baratas|ratos|sub-humanos|inferiores)`,
    ],
    weak: [`(?:odeio|detesto) ${all} ${groups}`],
  },
};
