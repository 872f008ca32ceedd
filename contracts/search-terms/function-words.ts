/**
 * Words that say nothing about what a text is about, folded as terms are: articles, pronouns, auxiliary verbs, question
 * words. In a large collection their rarity would tell; in one of ten documents "combien" may be the rarest word of a
 * question. A language without a list is searched too, only less exactly.
 */
const english =
  'the a an of to in on at for from by with and or not is are was were be been do does did has have had can could may might must shall should will would what which who whom whose when where why how much many often long that this these those it its i you he she we they me my your our their there if then than as so about after before say says mean means get';
const german =
  'der die das den dem des ein eine einen einem einer eines und oder nicht ist sind war waren wird werden wurde hat haben kann konnen darf muss soll was welche welcher welches welchen wer wen wem wann wo wohin warum wie viel viele oft lange ich du er sie es wir ihr man mein dein unser zu im in an am auf aus bei mit nach von vom vor fur uber um bis als wenn ob gibt bedeutet';
const french =
  'le la les l un une des du de d et ou ne pas est sont etait a ont peut peuvent doit quel quelle quels quelles qui que quoi quand pourquoi comment combien je tu il elle on nous vous ils elles mon ma mes son sa ses notre votre leur ce cette ces au aux en dans sur sous par pour avec apres avant si se s y t n j qu puis fait faire signifie';
const spanish =
  'el la los las un una unos unas y o no es son era fue ha han puede pueden debe que cual cuales quien cuando donde por como cuanto cuanta cuantos cuantas yo tu ella nosotros mi mis su sus de del al en con sin sobre para tras antes despues si se me te lo le hay hago hace significa';
const italian =
  'il lo la i gli le un uno una e o non sono ha hanno puo deve che chi quale quali quando dove perche come quanto quanta quanti quante io tu lui lei noi voi loro mio mia suo sua di del della dei delle da in con su per tra fra al alla nel nella';
const portuguese =
  'o os as um uma uns umas e ou nao foi tem pode podem deve que qual quais quem quando onde porque como quanto quanta quantos quantas eu ele ela nos eles meu minha seu sua de do da dos das em no na nos nas com por para';
const dutch =
  'de het een en of niet is zijn was waren wordt worden heeft hebben kan mag moet wat welke wie wanneer waar waarom hoe veel vaak lang ik jij hij zij wij mijn jouw ons hun te in op aan uit bij met naar van voor over om tot als';

export const functionWords: ReadonlySet<string> = new Set(
  [english, german, french, spanish, italian, portuguese, dutch].flatMap((words) => words.split(' ')),
);
