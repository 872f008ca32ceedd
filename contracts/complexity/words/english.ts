/** The words of English questions. */
import type { LanguageWords } from './language-words.ts';

export const english: LanguageWords = {
  language: 'en',
  function:
    'the, a, an, of, to, in, on, at, for, with, from, by, and, or, is, are, was, were, be, do, does, did, can, could, should, would, will, what, which, who, when, where, how, why, i, you, my, your, it, this, that, these, those, me, we, he, his, their, not, there, please, if, than, about, into, give, make, thanks',
  proof:
    'prove, proves, proof that, proof of, show that, disprove, derive, derivation of, by induction, by contradiction, counterexample*, formally verify, justify every',
  mathematics:
    'integral*, integrate, derivative*, differentia*, equation*, theorem*, lemma*, conjecture*, matrix, matrices, eigen*, polynomial*, irrational*, prime, primes, probabilit*, asymptotic*, np complete, np hard, logarithm*, converge*, diverge*, continuous function*, bijecti*, countabl*, computabl*, decidab*, undecidab*, halting problem, entropy, quantum*, relativity, thermodynamic*, series, the limit of, limit as, divisib*, modulo, combinatori*, permutation*, vector*, tensor*, topolog*, hypothesis, variance, bayes*, gradient, complexity of, integer solutions, square root*, cube root*, digit, digits, sum of, how many ways, in how many ways, dice, dominoes, cyclic, abelian, base 2, in base, average speed, odds of, factorial, trailing zeros, area of, volume of, graph, sequence, diagonal*, polygon*, rectangle*, triangle*, circle*, angle*, chessboard, handshake*, compass and straightedge, number of ways, negative numbers, divide by zero, map with, set of all, subset*',
  design:
    'design a, design an, design the, redesign*, architect*, implement*, build a, build an, develop a, develop an, strateg*, roadmap, plan a, plan my, schema for, algorithm*, scalable, migration plan, business plan, curriculum, itinerary, model the',
  analysis:
    'analyse*, analyze*, analysis, evaluate*, assess*, critique, critically, trade off*, tradeoff*, implications, interpret*, argue, argument*, refute, weigh, ethic*, moral*, free will, conscious*, determinis*, paradox*, philosoph*, thought experiment, causal*, consequences, to what extent, reconcile, justify, justified, immoral, unethical',
  philosophy:
    'right to, wrong to, is it right, is it wrong, god, soul, the self, sentient, self aware, truth, justice, fair, freedom, meaning of life, invented or discovered, infinity, simulation, reality, existence, nothingness, identity, knowledge, beauty, human nature, artificial intelligence, what is it like, the universe',
  debugging:
    'debug*, refactor*, optimise*, optimize*, optimization, deadlock*, race condition*, memory leak*, stack trace, root cause, crash*, segfault*, segmentation fault, throws, exception*, bottleneck*, fix this code, fix the bug, find the bug, bug in, too slow, why does my, why is my code, times out, hangs, stack overflow, doesn t compile, fails',
  programming:
    'python, javascript, typescript, java, rust, golang, sql, regex*, function that, script, api, class, compiler, kubernetes, docker, database*, query, react, css, html, bash, code, program, recursion, server*, mutex*, thread*',
  expertise:
    'liab*, lawsuit*, sue, sued, legal*, illegal*, lawful*, contract*, landlord, tenant*, evict*, employer, fired, dismiss*, clause*, gdpr, copyright*, patent*, visa, inherit*, will and testament, custody, diagnos*, symptom*, patient, contraindicat*, dose, dosage, mg, medication*, side effect*, treatment*, pregnan*, chest pain, blood pressure, tumor*, tumour*, insulin, ibuprofen, warfarin, metformin, tax*, mortgage*, interest rate*, invest*, pension*, inflation, portfolio, loan*, deduct*, bankrupt*, swallowed, lump, swelling, swollen, bleeding, fever, rash, dizzy, numb*, night sweats, cold sweat, chest, overdose, cancer, stroke, heart attack, allergic, vomit*, my arm, shortness of breath, biopsy, property line, neighbour*, neighbor*, shareholder*, veto, inheritance, debt',
  steps:
    'step by step, each step, every step, show your work, show your reasoning, your reasoning, walk me through, reason through, in detail, detailed, thorough*, comprehensive*, rigorous*',
  sequence: 'first, firstly, then, after that, next, finally, lastly',
  comparison:
    'compare, comparing, comparison, contrast, versus, vs, pros and cons, difference between, differences between, differences, advantages, disadvantages, better than, which is better, rank',
  constraints:
    'must, at most, at least, without using, only use, no more than, not more than, under the condition, such that, subject to, given that, constraint*, exactly, each of, requirements, budget, within, assuming, assume',
  advice:
    'should i, should we, should he, should she, is it worth, worth it, recommend*, what do you do, what would you do, what should, best way, best approach, am i allowed, do i have to, decide, decision, my options, what are the risks, risk',
  hypothesis:
    'if, suppose, imagine, can a, can an, can the, can we, can there, can one, could a, could an, could the, could we, could there, could one, is it possible, is it right, is it wrong, is it ever, would it, would a, would there, might, ought, does it have to, must there, must we, would you',
  universal:
    'every, always, never, ever, any, possible, impossible, necessarily, if all, no two, exists, exist, infinite*, infinity, guarantee*, how many ways',
  why: 'why, how come, what causes, what caused, reason for, reasons for',
  explanation:
    'explain*, how do, how does, how did, how can, how to, how would, describe, summarise, summarize, summary, overview, what happens, tell me about, teach me, what would happen, outline, discuss',
  writing:
    'write, draft, compose, essay, article, story, blog post, speech, poem, ideas, list of, letter, email, cover letter, rewrite, paragraph*, generate, create, report, brainstorm',
  lookup:
    'who, when, where, how much, how old, how tall, how far, how long, how big, what year, what time, what day, what color, what colour, which, capital of, population, name, what s the, what is the name, what is the capital, convert, birthday, what country, what language, what s, how late, how early, which came first',
  quantity: 'how many',
  yesOrNo: 'is, are, was, were, does, do, did, has, have',
  definition:
    'mean, meaning of, define, definition of, spell, spelling, plural of, synonym*, antonym*, opposite of, another word for, pronounce*, abbreviation, stand for, stands for, who invented, who discovered, what is a, what is an, what s a, what s an, typo*, capitalise, capitalize, spell check, correct this, fix the spelling',
  translation: 'translate, translation, how do you say, in french, in german, in spanish, in italian, in japanese',
  greeting:
    'hi, hello, hey, thanks, thank you, thx, good morning, good evening, good night, ok, okay, great, bye, cheers, how are you, you re welcome, helpful, nice to meet you, happy birthday',
  followUp:
    'and, but, what about, how about, so, also, more, continue, go on, go ahead, why not, the same, now, make it, do it, try again, again, another, shorter, longer, yes, no, really, are you sure, as before, same, in python, ok, okay, thanks, thank you',
};
