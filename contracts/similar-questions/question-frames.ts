/**
 * How questions are wrapped in words that only ask, by language: what may be taken off, or written in one way, without
 * another meaning. Invariant: a rule changes only words that ask or are polite. Words of content, prepositions,
 * negations and the articles that show roles stay. The text is in lower case, one space around each token.
 */

/** What is found, and what stands in its place. */
export type FrameRule = readonly [found: RegExp, replacement: string];

const wh = '(?:what|which|who|whom|whose|when|where|why|how)';

const english: readonly FrameRule[] = [
  [/ (what|who|where|how|when|that|it|there|here)'s (?=\S)/g, ' $1 is '],
  [/ whats /g, ' what is '],
  [/ (i|you|we|they)'(?:re|m) /g, ' $1 are '],
  [/ (is|are|was|were|do|does|did|has|have|had|could|should|would|must|need)n't /g, ' $1 not '],
  [/ can't | cannot /g, ' can not '],
  [/ won't /g, ' will not '],
  [
    /^ (?:hi|hello|hey|good morning|good evening|greetings|dear assistant|excuse me|sorry|so|well|ok|okay|quick question) /,
    ' ',
  ],
  [/ (?:please|pls|kindly|thanks|thank you|thx|cheers|many thanks|thanks in advance) $/, ' '],
  [/^ (?:please|pls|kindly) /, ' '],
  [
    /^ (?:can|could|would|will) (?:you|someone|anyone|somebody|anybody) (?:please |kindly |maybe |perhaps )?(?=(?:tell|explain|help|give|show|describe|define|list|name|translate|summarize|summarise|convert|write) )/,
    ' ',
  ],
  [/^ (?:i'd|i would) (?:really )?(?:like|love) (?:you )?to (?=(?:know|understand|learn) )/, ' i want to '],
  [/^ (?:i was|i am|i are) (?:just )?(?:wondering|curious|asking)(?: about)? /, ' '],
  [/^ i (?:just )?(?:want|need|wish) to (?:know|find out|learn|understand) /, ' '],
  [/^ (?:please |just )?(?:tell|remind|inform) me (?:please )?(?!about )/, ' '],
  [/^ (?:please )?(?:give|show) me (?!a |an |some |\d)/, ' '],
  [new RegExp(`^ (?:do|would|might) you (?:happen to )?(?:know|remember) (?=${wh} )`), ' '],
  [new RegExp(`^ (?:any idea|any clue|does anyone know|does anybody know|is it known) (?=${wh} )`), ' '],
  [/^ (?:do|would) you (?:happen to )?know (?=the )/, ' '],
  [/^ (?:let me know|help me understand|name) /, ' '],
  [/^ (?:help me (?:to )?|i want to know how to |i want to know how i can )/, ' how '],
  [
    /^ (?:i want to|i need to|i would like to|i'd like to) (.+?) how (?:do|can|should) i (?:do (?:that|it|this) )?$/,
    ' how $1 ',
  ],
  [
    /^ (?:how (?:do|can|could|should|would|might|may|must) (?:i|we|you|one|someone|somebody|people)|how to|how does one) /,
    ' how ',
  ],
  [
    /^ (?:what (?:is|are) the (?:way|ways|steps|procedure|process|method) (?:to|for|of)|what (?:do|must|should|can) i (?:have to )?do to|which steps (?:do i take|are needed|are necessary) to|what (?:is|would be) a way to|what steps do i (?:need to )?take to) /,
    ' how ',
  ],
  [/^ how (?:exactly |actually |do i go about )/, ' how '],
  [/^ (?:in|during|on|at) (what|which) (year|day|month|century|country|city|continent|language|state) /, ' $1 $2 '],
  [/^ what (year|day|month|century|country|city|continent|language|state|river|planet|element) /, ' which $1 '],
  [/^ why is it (?:that )?/, ' why '],
  [/^ what is the (?:reason|cause) (?:that|why) /, ' why '],
  [/^ how come /, ' why '],
  [/^ (?:what|which) (?:is|are) (?:it |exactly |actually |basically )?/, ' '],
  // "Tell me what X is."
  [/^ what (.+) (?:is|are) $/, ' $1 '],
  [/^ (who|where|when) (?!is |are |was |were |did |do |does )(\S.*) (is|was) $/, ' $1 $3 $2 '],
  [/^ which one is /, ' '],
  [/ (?:exactly|actually|basically) $/, ' '],
  // "France's capital" is "the capital of France".
  [/^ (\S+)'s (\S+) $/, ' $2 of $1 '],
  [/ (?:the|a|an) (?=\S)/g, ' '],
];

const german: readonly FrameRule[] = [
  [/^ (?:hallo|hi|hey|guten (?:tag|morgen|abend)|moin|servus|entschuldigung|sag mal|also|na) /, ' '],
  [/ (?:bitte|danke|vielen dank|danke schön|danke im voraus|dankeschön) $/, ' '],
  [/ (?:bitte|mal|denn|eigentlich|genau|überhaupt|kurz) (?=\S)/g, ' '],
  [/ (?:eigentlich|denn|genau) $/, ' '],
  [
    /^ (?:kannst du|können sie|könntest du|könnten sie|kann mir jemand|würdest du|würden sie) (?:mir |uns )?(?:sagen|verraten|erklären|mitteilen|beantworten) /,
    ' ',
  ],
  [/^ (?:kann|könnte) mir (?:jemand|wer) (?:sagen|verraten|erklären) /, ' '],
  [/^ (?:sag|sage|sagen sie|verrate|nenne|nenn|nennen sie) (?:mir |uns )?/, ' '],
  [/^ (?:weißt du|wissen sie|weiß jemand|hast du eine ahnung|haben sie eine ahnung) /, ' '],
  [/^ (?:ich möchte|ich will|ich würde gern|ich würde gerne) (?:gern |gerne )?wissen /, ' '],
  [/^ (?:mich interessiert|ich frage mich|ich wüsste gern|ich wüsste gerne|ich suche) /, ' '],
  [/^ wie (?:kann|könnte|soll|sollte|muss) (?:ich|man|wir) /, ' wie '],
  [/^ wie (?:ich|man|wir) (.+) (?:kann|könnte|soll|muss) $/, ' wie $1 '],
  [/^ (?:was muss ich tun um|was muss ich machen um|was soll ich tun um) (.+) zu (\S+) $/, ' wie $1 $2 '],
  [/^ (?:weshalb|wieso|aus welchem grund) /, ' warum '],
  [/^ in welchem jahr /, ' welches jahr '],
  [/^ (?:was ist|was sind|welches ist|welche ist|welcher ist|wie lautet|wie heißt|wie lauten) /, ' '],
  // "Sag mir, was X ist."
  [/^ (?:was|wie|welches|welche|welcher) (.+) (?:ist|sind|lautet|heißt) $/, ' $1 '],
  [/^ (wer|wo|wann) (?!ist |war |hat |wird )(.+) (ist|war) $/, ' $1 $3 $2 '],
];

const french: readonly FrameRule[] = [
  [/^ (?:bonjour|salut|bonsoir|excuse[sz]? moi|pardon|dis moi|dites moi|alors) /, ' '],
  [/ (?:s'il te plaît|s'il vous plaît|s'il te plait|s'il vous plait|stp|svp|merci|merci d'avance) $/, ' '],
  [/^ (?:s'il te plaît|s'il vous plaît|svp|stp) /, ' '],
  [
    /^ (?:peux tu|pouvez vous|pourrais tu|pourriez vous|est ce que tu peux|est ce que vous pouvez) (?:me |nous |m' )?(?:dire|indiquer|expliquer|donner|rappeler) /,
    ' ',
  ],
  [/^ (?:peux|pouvez|pourrais|pourriez) - (?:tu|vous) (?:me |nous )?(?:dire|indiquer|expliquer|donner|rappeler) /, ' '],
  [/^ (?:dis|dites|donne|donnez|indique|indiquez) - moi /, ' '],
  [/^ (?:je voudrais|j'aimerais|je veux|je souhaite|je cherche à) (?:bien )?(?:savoir|connaître) /, ' '],
  [/^ (?:sais|savez) - (?:tu|vous) /, ' '],
  [/^ (?:est ce que )?(?:tu sais|vous savez) /, ' '],
  [/^ je me demande /, ' '],
  [
    /^ comment (?:est ce que |est - ce que )?(?:je peux|on peut|je dois|on doit|puis - je|peut - on|dois - je|faut - il|faire pour|je fais pour|fait - on pour) /,
    ' comment ',
  ],
  [/^ (?:que dois - je faire pour|que faut - il faire pour|que faire pour) /, ' comment '],
  [
    /^ (?:quel est|quelle est|quels sont|quelles sont|qu'est ce que c'est que|qu'est - ce que|qu'est - ce qu'|c'est quoi) /,
    ' ',
  ],
  [/^ ce qu'est /, ' '],
  [/^ pour quelle raison /, ' pourquoi '],
  [/^ (?:en|dans|à) quel(le)? (année|ville|pays) /, ' quel$1 $2 '],
];

const spanish: readonly FrameRule[] = [
  [/^ (?:hola|buenos días|buenas tardes|buenas|oye|disculpa|disculpe|perdón) /, ' '],
  [/ (?:por favor|gracias|muchas gracias|gracias de antemano) $/, ' '],
  [/^ por favor /, ' '],
  [
    /^ (?:puedes|puede|podrías|podría|me puedes|me puede|me podrías|me podría) (?:decirme|decir|explicarme|explicar|indicarme|indicar|darme|dar) /,
    ' ',
  ],
  [/^ (?:dime|dígame|indícame|indíqueme|nombra|dame) /, ' '],
  [/^ (?:quiero|quisiera|me gustaría|necesito) (?:saber|conocer) /, ' '],
  [/^ (?:sabes|sabe usted|sabe|alguien sabe|tienes idea de) /, ' '],
  [/^ me pregunto /, ' '],
  [/^ cómo (?:puedo|podría|se puede|puede uno|debo|hago para|se hace para|tengo que hacer para) /, ' cómo '],
  [/^ qué (?:tengo que|debo|hay que|puedo) hacer para /, ' cómo '],
  [/^ (?:cuál es|cuáles son|qué es|qué son) /, ' '],
  [/^ (?:cuál|qué) (.+) (?:es|son) $/, ' $1 '],
  [/^ por qué (?:razón|motivo) /, ' por qué '],
  [/^ en qué (año|ciudad|país) /, ' qué $1 '],
];

const italian: readonly FrameRule[] = [
  [/^ (?:ciao|salve|buongiorno|buonasera|scusa|scusi|senti) /, ' '],
  [/ (?:per favore|per piacere|grazie|grazie mille|per cortesia) $/, ' '],
  [/^ (?:per favore|per piacere) /, ' '],
  [/^ (?:mi )?(?:puoi|può|potresti|potrebbe) (?:dirmi|dire|spiegarmi|spiegare|indicarmi|indicare|darmi|dare) /, ' '],
  [/^ (?:dimmi|mi dica|indicami|dammi) /, ' '],
  [/^ (?:vorrei|voglio|mi piacerebbe) (?:sapere|conoscere) /, ' '],
  [/^ (?:sai|sa|qualcuno sa|sapete) (?:dirmi )?/, ' '],
  [/^ mi chiedo /, ' '],
  [/^ come (?:posso|potrei|si può|devo|faccio a|si fa a|si fa per|faccio per) /, ' come '],
  [/^ (?:cosa|che cosa) (?:devo|posso|bisogna) fare per /, ' come '],
  [/^ (?:qual è|quali sono|cos'è|cosa è|che cos'è|che cosa è) /, ' '],
  [/^ (?:quale|cosa) (?:sia )?(.+) è $/, ' $1 '],
  [/^ (?:qual|quale) sia /, ' '],
  [/^ (?:per quale motivo|per quale ragione|come mai) /, ' perché '],
  [/^ (?:in|di) (?:quale|che) (anno|città|paese) /, ' quale $1 '],
];

const portuguese: readonly FrameRule[] = [
  [/^ (?:olá|oi|bom dia|boa tarde|boa noite|desculpe|com licença) /, ' '],
  [/ (?:por favor|obrigado|obrigada|muito obrigado|muito obrigada) $/, ' '],
  [/^ por favor /, ' '],
  [
    /^ (?:você )?(?:pode|poderia|podes|podias) (?:me )?(?:dizer|dizer - me|explicar|explicar - me|informar|indicar|dar) /,
    ' ',
  ],
  [/^ (?:diga - me|diz - me|me diga|me diz|me fala|me informe) /, ' '],
  [/^ (?:eu )?(?:quero|queria|gostaria de|preciso) (?:saber|conhecer) /, ' '],
  [/^ (?:você )?(?:sabe|sabes|alguém sabe) (?:me dizer )?/, ' '],
  [/^ (?:me pergunto|pergunto - me) /, ' '],
  [/^ como (?:posso|poderia|eu posso|se pode|devo|faço para|eu faço para|se faz para|é que posso) /, ' como '],
  [/^ (?:o que|que) (?:devo|tenho que|tenho de|preciso|é preciso) fazer para /, ' como '],
  [/^ (?:qual é|quais são|o que é|o que são|qual) /, ' '],
  [/^ (?:por que razão|por que motivo|porque é que|por que é que) /, ' por que '],
  [/^ em que (ano|cidade|país) /, ' que $1 '],
];

/** By ISO 639-1. */
export const questionFrames: Readonly<Record<string, readonly FrameRule[]>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  it: italian,
  pt: portuguese,
};
