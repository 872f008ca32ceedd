/** The words of Portuguese questions, as in Brazil and in Portugal. */
import type { LanguageWords } from './language-words.ts';

export const portuguese: LanguageWords = {
  language: 'pt',
  function:
    'o, a, os, as, um, uma, de, do, da, dos, das, e, ou, em, no, na, nos, nas, que, quem, qual, como, quando, onde, por, para, com, sem, ao, nao, eu, me, meu, minha, voce, ele, ela, isso, este, esta, foi, sao, tem, tudo, mais, muito, bem, obrigado, obrigada, se, mas, quantos, pelo, entre, posso',
  proof:
    'prove, provar que, prova de que, demonstra, demonstre, demonstrar, mostre que, mostra que, refut*, deduz*, derive a, por inducao, por absurdo, contraexemplo*, justifique cada, justificando',
  mathematics:
    'integral*, integrais, derivad*, derivavel, derivaveis, equaca*, equaco*, teorema*, conjectura, matriz, matrizes, autovalor*, polinomio*, irracional*, numero primo, numeros primos, primos, probabilidade*, limite de, converg*, funcao, continua, logaritm*, raiz, entropia, quantic*, relatividade, sequencia, serie, enumerav*, divisiv*, vetor*, combinatoria, variancia, algarismos, digitos, soma de, soma dos, de quantas maneiras, de quantas formas, ciclic*, abelian*, fatorial, dados lancados, velocidade media, area de, volume de, em que base, na base, diagonais, poligono*, retangulo*, triangulo*, circulo*, angulo*, tabuleiro de xadrez, apertos de mao, regua e compasso, soma, dividir por zero, menos vezes menos',
  design:
    'projete, projetar, projeta, desenhe um, desenha um, concebe*, arquitetura, arquitectura, implement*, desenvolv*, estrategia*, planej*, plane*, plano de, plano para, elabor*, algoritmo*, model*, construa, roteiro',
  analysis:
    'analis*, avali*, critic*, implicac*, interpret*, argument*, etic*, moral*, livre arbitrio, consciencia, determinis*, paradoxo*, filosof*, consequencia*, pondere, ate que ponto, justifi*, imoral*',
  philosophy:
    'deus, alma, verdade, justo, justica, liberdade, sentido da vida, realidade, existencia, identidade, conhecimento, beleza, consciente*, inteligencia artificial, o bem, o mal, natureza humana, vontade, universo',
  debugging:
    'depur*, debug*, refator*, otimiz*, optimiz*, impasse, vazamento de memoria, trava, encontre o erro, encontra o erro, erro em, erro no, corrija este codigo, lenta, lento, excecao, nao compila, nao funciona, mensagem de erro, gargalo',
  programming:
    'python, javascript, typescript, java, rust, sql, regex, script, api, classe, compilador, kubernetes, docker, banco de dados, base de dados, consulta, programa, codigo, servidor, recursi*',
  expertise:
    'responsab*, process*, juridic*, legal, legais, ilegal, contrato*, aluguel, alugar, arrend*, inquilin*, senhorio, despej*, demit*, demissao, despedid*, empregador, indeniza*, indemniza*, clausula, heranca, herdar, guarda, exigir, diagnostic*, sintoma*, paciente*, dose, dosagem, mg, medicament*, remedio, efeitos colaterais, interac*, tratamento, gravid*, pressao, dor, insuficiencia, metformina, ibuprofeno, imposto*, fiscal, hipoteca*, juro*, credito, emprestimo, invest*, aposentadoria, inflacao, engoliu, caroco, inchad*, sangr*, febre, erupcao, tontura*, dormencia, suor*, peito, overdose, cancer, cancro, infarto, enfarte, avc, alergi*, vomit*, falta de ar, vizinho*, terreno, socio*, divida*, seguro de',
  steps: 'passo a passo, cada passo, em detalhe, detalhad*, raciocinio',
  sequence: 'primeiro, em primeiro lugar, depois, em seguida, entao, finalmente, por fim, segundo',
  comparison:
    'compare, compara, comparar, comparacao, vantagens, desvantagens, pros e contras, diferenca entre, diferencas, versus, vs, melhor que, melhor do que',
  constraints:
    'deve, devem, no maximo, no minimo, pelo menos, exatamente, sem usar, sem, apenas, nao mais que, condica*, restric*, orcamento, sabendo que, tal que, requisitos, suponh*',
  advice:
    'devo, deveria, recomend*, aconselh*, vale a pena, compensa, posso, tenho direito, o que faco, o que fazer, decidir, decisao, riscos, risco, quais opcoes, melhor forma, o que preciso',
  hypothesis:
    'supon*, imagine, pode um, pode uma, pode o, pode a, podem, poderia*, seria, e possivel, se um, se uma, se o, se a, se todo*, tem que haver, deve haver',
  universal:
    'todo, toda, todos os, todas as, sempre, nunca, cada, possivel, impossivel, existe*, infinit*, necessariamente, garant*',
  why: 'por que, porque, porque e que, a que se deve, razao, razoes, motivo',
  explanation:
    'expli*, como funciona, como fazer, como posso, como se faz, como preparar, descrev*, resum*, visao geral, o que acontece, fale sobre, como melhorar, discut*',
  writing:
    'escreva, escreve, escrever, redija, redac*, ensaio, artigo, historia sobre, conto, discurso, poema*, ideias, carta, e mail, email, lista de, crie, cria, reescrev*, relatorio, proponha',
  lookup:
    'quem, quando, onde, que idade, que horas, que ano, qual e, quais sao, capital, populacao, nome, diga, converta, em que ano, que dia, em que pais, em que cidade',
  quantity: 'quanto, quantos, quantas',
  yesOrNo: 'e, sao, tem, ha, existe um',
  definition:
    'signific*, sentido de, defin*, se escreve, ortograf*, plural, sinonimo*, antonimo*, contrario, outra palavra, pronuncia*, abreviatura, o que e um, o que e uma, inventou, descobriu, corrija a grafia, corrija esta',
  translation: 'tradu*, em ingles, para ingles, para o ingles, em frances, em alemao, como se diz',
  greeting:
    'ola, oi, obrigado, obrigada, bom dia, boa tarde, boa noite, ok, tudo bem, otimo, tchau, como vai, ajudou, valeu',
  followUp:
    'e, mas, entao, mais, continua, continue, de novo, mais curto, agora, sim, nao, mesmo, e se, tambem, igual, obrigado, obrigada, ok',
};
