/**
 * Whether a question asks about a file as a whole ("Summarise this file, please"), so that its words say nothing about
 * where in the file the answer stands. A language without a list is ranked by its words: what they do not find is shown
 * evenly spread too.
 */
import { searchTerms } from '#contracts/search-terms/search-terms.ts';

/** A question about the whole has one of them. */
const wholeWords = [
  'summarise summarize summary summaries overview outline abstract gist tldr describe translate rewrite review file files document documents attachment attachments pdf text texts',
  'zusammen zusammenfassung zusammenfassen uberblick inhalt ubersetze beschreibe datei dateien dokument dokumente anhang',
  'resume resumer resumez synthese apercu traduis decris fichier fichiers jointe',
  'resumir resumen sintesis traduce archivo fichero documento adjunto',
  'riassumi riassumere riassunto sintesi panoramica traduci descrivi allegato',
  'resuma resumo sintese traduza traduz descreva arquivo ficheiro anexo',
  'samenvatten samenvatting samen overzicht vertaal beschrijf bestand bijlage',
].join(' ');
/** And beside words without a subject none but these. */
const otherWords = [
  'main important key point points takeaways topic topics content contents explain read look analyse analyze english german french spanish page pages here please give tell show write short brief briefly bullet bullets sentence sentences paragraph words whole entire everything',
  'dies diese diesem diesen dieser dieses worum geht handelt fasse inhalte seite seiten bitte kurz wichtigsten wichtigste punkte kernaussagen stichpunkte stichpunkten erklare lies gib zeige schreibe satzen ganze alles deutsch englisch',
  'cet agit parle resumez contenu document piece page pages principaux points bref brievement explique donne phrases tout francais',
  'este esta trata vista general contenido pagina paginas principales puntos breve brevemente explica describe dame frases todo espanol',
  'questo questa tratta parla contenuto file documento pagina pagine principali punti brevemente spiega dammi frasi tutto italiano',
  'este esta deste trata conteudo documento principais pontos frases tudo portugues',
  'dit deze gaat vat inhoud document pagina belangrijkste punten kort leg geef zinnen alles nederlands',
].join(' ');

/** Without the beginnings of words, which other words share. */
const wordTerms = (text: string): readonly string[] =>
  searchTerms(text).flatMap(({ text: term }) => (term.startsWith('~') ? [] : [term]));
const ofWhole: ReadonlySet<string> = new Set(wordTerms(wholeWords));
const ofOverview: ReadonlySet<string> = new Set([...ofWhole, ...wordTerms(otherWords)]);

export const asksAboutWhole = (question: string): boolean => {
  const terms = wordTerms(question);
  return terms.some((term) => ofWhole.has(term)) && terms.every((term) => ofOverview.has(term));
};
