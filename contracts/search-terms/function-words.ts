/**
 * Words that say nothing about what a text is about: articles, pronouns, auxiliary verbs, question words, and what is
 * left of elided ones (l', qu', dell'). In a large collection their rarity would tell; in one of ten documents
 * "combien" may be the rarest word of a question. A language without a list is searched too, only less exactly: a
 * short word counts for less than a long one (search-terms.ts).
 */
import { foldText } from './fold-text.ts';

const english = [
  'a about after again all already also am an and another any anyone anything are aren as at be because been before',
  'being between both by can could did didn do does doesn doing don done down during each either every few for from',
  'get had happen happens has have having he her here hers him his how i if in into is isn it its just less let',
  'lets ll long many may me mean means might more most much must my need needs no nor not now of off often on once',
  'only onto or other our ours out over own per please re same say says shall she should since so some someone',
  'something still such than that the their theirs them then there these they this those through to too under until',
  'up us ve very was wasn we were what when where whether which while who whom whose why will with within without',
  'won would yes you your yours',
].join(' ');
const german = [
  'alle allem allen aller alles als also am an andere anderen auch auf aus bedeutet bei beim bin bis bist bitte da',
  'dabei dafur damit dann daran darauf daraus darf darin das dass davon dazu dein deine deinem deinen dem den der',
  'deren des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch durfen eben ein eine',
  'einem einen einer eines er es etwas euch euer fur gegen gibt habe haben hast hat hatte hatten hier hin ich ihm',
  'ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede jedem jeden jeder jedes jetzt kann kein keine',
  'keinem keinen keiner konnen konnt konnte konnten lange mache machen machst macht mal man mehr mein mich mir mit',
  'mochte muss mussen nach nein nicht nichts noch nun nur ob oder oft ohne sehr seid sein seine seinem seinen',
  'seiner seit selbst sich sie sind so solange solche soll sollen sollte sondern sonst tun tut uber um und unser',
  'unsere unserem unseren unserer unter viel viele vom von vor wahrend wann war waren warum was weil welche welchen',
  'welcher welches wem wen wenn wer werde werden wessen wie wieder wieso will wir wird wirst wo wodurch wofur wohin',
  'wollen womit woran worauf woraus worden worin woruber wovon wozu wurde zu zum zur zwar zwischen',
].join(' ');
const french = [
  'a afin ai ainsi alors apres as au aucun aucune aura aurait auront aussi autre autres aux avait avant avec avoir',
  'avons ayant c car ce ceci cela celle celui ces cette ceux chaque chez combien comme comment d dans de deja',
  'depuis des dit dois doit doivent donc dont du elle elles en encore entre est et etaient etait etant etes etre',
  'eux faire fait faites faut fois font hors ici il ils j je jusqu jusque juste l la laquelle le lequel les',
  'lesquels leur lors lorsqu lorsque m ma mais meme memes mes moi moins mon n ne nos notre nous on ont ou par parce',
  'pas pendant peu peut peuvent peux plus plutot pour pourquoi pourra pourront pres puis puisqu puisque qu quand',
  'que quel quelle quelles quelqu quelque quelques quels qui quoi rien s sa sans se sera seraient serait seront ses',
  'seul si signifie sinon soit sommes son sont sous suis sur t tandis tel telle toi tous tout toute toutes tres',
  'trop tu un une vers veut voici voila vos votre vous y',
].join(' ');
const spanish = [
  'a ademas ahi ahora al algo alguien algun alguna algunas algunos alli ante antes aquel aquella aqui asi aun',
  'aunque bajo bien cada casi como con contra cosa cual cuales cuando cuanta cuantas cuanto cuantos cuyo dar de',
  'debe deben debo del dentro desde despues donde dos durante e el ella ellas ellos en entonces entre era eran eres',
  'es esa esas ese eso esos esta estaba estado estan estar estas este esto estos estoy fue fuera fueron ha haber',
  'habia hace hacen hacer hacia hago han hasta hay he hemos incluso la las le les lo los luego mas me mi mia',
  'mientras mio mis misma mismo mucho muy nada nadie ni ningun ninguna no nos nosotros nuestra nuestro nunca o os',
  'otra otras otro otros para pero poco podemos poder podria por porque puede pueden puedo pues que quien quiere',
  'quiero se sea segun ser si sido siempre significa sin sino sobre solo somos son soy su sus tal tambien tampoco',
  'tan tanto te tener tengo tiene tienen toda todas todo todos tras tu tus un una unas unos usted ustedes va vamos',
  'voy y ya yo',
].join(' ');
const italian = [
  'agli ai al alla alle allo anche ancora avere aveva c che chi ci cio come con contro cui da dagli dai dal dall',
  'dalla dalle degli dei del dell della delle dello dentro deve devo devono di dopo dove due e ecco ed era erano',
  'essa esse essere essi esso fa fanno fare fatto fino fosse fra fu gia gli ha hanno ho i il in io la le lei lo',
  'loro lui ma me mi mia mie miei mio molto negli nei nel nell nella nelle nello nessun niente no noi non nostra',
  'nostro nulla o ogni oltre ora per perche pero piu poi possa posso possono prima proprio puo qua qualche quale',
  'quali quando quanta quante quanti quanto quel quella quelle quello questa queste questi questo qui sara se sei',
  'sempre senza si sia siamo solo sono sta stata stato su sua sui sul sull sulla sulle suo tanto ti tra troppo tu',
  'tua tuo tutti tutto un una uno va vi voi volta',
].join(' ');
const portuguese = [
  'a ainda algo algum alguma ao aos aquela aquele aquilo as assim ate cada com como da das de depois desde dessa',
  'desse desta deste deve do dos e ela elas ele eles em era eram essa esse esta estao estar estas este estes estou',
  'eu fazer foi foram ha isso isto ja la lhe lhes mais mas me mesmo meu meus minha minhas muito na nada nao nas nem',
  'nenhum nessa nesse nesta neste no nos nossa nosso num numa nunca o onde os ou outra outro para pela pelas pelo',
  'pelos pode podem por porque posso pouco pra quais qual qualquer quando quanta quantas quanto quantos que quem se',
  'seja sem sempre ser seu seus so sobre sua suas tambem tao te tem tenho ter teu toda todas todo todos tu tua um',
  'uma umas uns vai voce voces',
].join(' ');
const dutch = [
  'aan al alle alles als altijd andere ben bij daar dan dat de deze die dit doen doet door dus een eens en er ge',
  'geen haar had hadden heb hebben hebt heeft hem hen het hier hij hoe hun iets ik in is ja je jij jouw kan kon kun',
  'kunnen lang maar mag me meer men met mij mijn moet moeten mogen na naar niet niets nog nu of om omdat onder ons',
  'onze ook op over sinds te tegen toch toen tot u uit uw vaak van veel voor waar waarom wanneer want waren was wat',
  'we wel welke werd werden wie wij wil worden wordt zal ze zei zelf zich zij zijn zo zonder zou',
].join(' ');
const scandinavian = [
  'af ar att av blir de den det du efter eller en er et ett far for han har hon hur hva hvad hvor hvordan ikke inte',
  'jag jeg kan maste med men mig min mitt nar ni och og om pa sig sin sitt ska skal som til vad var vi',
].join(' ');
const polish = [
  'ale co czy dla do gdzie i ile jak jest kiedy ktora ktore ktory lub moge moj moja mozna na nie o od oraz po przez',
  'sa sie to w z za',
].join(' ');
const turkish = ['bir bu da gibi hangi icin ile kac kadar mi mu mı nasil ne nerede var ve ya yok zaman'].join(' ');
const russian = [
  'а бы в вы где для до если есть же за и из или к как какая какие какой когда ли мне можно мой мы на не но нужно о',
  'он она они от по при с сколько у чем что это я',
].join(' ');

export const functionWords: ReadonlySet<string> = new Set(
  [english, german, french, spanish, italian, portuguese, dutch, scandinavian, polish, turkish, russian]
    .flatMap((words) => words.split(' '))
    .map((word) => foldText(word)),
);
