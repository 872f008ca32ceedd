/** What threatens, speaks of self-harm or hates a group in French. */
import type { LanguagePhrases } from '../phrase-rule.ts';

const harm = '(?:tuer|assassiner|égorger|poignarder|étrangler|buter)';
const intends = '(?:je|on|nous) (?:vais|veux|va|allons|voulons)';
const family = '(?:ta (?:famille|femme|mère)|ton (?:mari|père|fils)|tes (?:enfants|parents)|votre famille)';
const places = '(?:école|église|mosquée|synagogue|hôpital|aéroport|stade|bureau|gare|mairie)';
const the = "(?:l'|la |le |une |un |mon |ma |ton |ta |votre |cette )";
const attack = '(?:faire (?:sauter|exploser)|attaquer|incendier)';
const groups =
  '(?:juifs|musulmans|chrétiens|arabes|noirs|blancs|asiatiques|immigrés|migrants|réfugiés|étrangers|homosexuels|lesbiennes|femmes|handicapés)';
const all = '(?:tous les|toutes les|les|ces)';

export const french: LanguagePhrases = {
  THREAT: {
    certain: [
      `${intends} (?:te|vous|tous vous) ${harm}`,
      `${intends} ${harm} ${family}`,
      'je (?:te|vous) (?:tuerai|buterai|égorgerai|étranglerai)',
      `${intends} ${attack} ${the}${places}`,
    ],
    ambiguous: [
      `${intends} (?:le|la|les) (?:tuer|assassiner|égorger|poignarder|étrangler)`,
      `comment ${attack} ${the}${places}`,
      'tu (?:vas|dois|mérites de) (?:mourir|crever)',
    ],
  },
  SELF_HARM: {
    certain: [
      'je (?:vais|veux) (?:me (?:tuer|suicider|pendre|faire du mal)|mettre fin à (?:mes jours|ma vie)|en finir avec la vie)',
      'je pense (?:souvent )?(?:à me (?:suicider|tuer)|au suicide)',
      '(?:façon|manière|méthode) la plus (?:rapide|simple|sûre) (?:de|pour) (?:se|me) (?:suicider|tuer)',
    ],
    likely: ['va te (?:tuer|pendre|suicider)', '(?:tue|suicide)-toi'],
    ambiguous: ["(?:je veux|j'ai envie de) mourir", 'je suis suicidaire'],
  },
  HATE: {
    certain: [
      `${all} ${groups} (?:doivent|devraient|méritent de) (?:tous |toutes )?(?:mourir|crever|brûler)`,
      `${all} ${groups} (?:doivent|devraient) être (?:tués|tuées|exterminés|gazés|fusillés|pendus)`,
      `(?:tuez|gazez|exterminez|brûlez) ${all} ${groups}`,
    ],
    likely: [
      `${all} ${groups} sont (?:tous |toutes )?(?:de la vermine|des (?:parasites|animaux|cafards|sous-hommes|rats)|inférieure?s)`,
    ],
    weak: [`je (?:hais|déteste) ${all} ${groups}`],
  },
};
