/** KaTeX with its style, in a chunk of its own. */
import katex from 'katex';
import 'katex/dist/katex.min.css';

/** Fills the element; false where the formula cannot be read. */
export const renderFormula = (formula: string, element: HTMLElement, displayMode: boolean): boolean => {
  try {
    katex.render(formula, element, { displayMode, maxExpand: 200, maxSize: 20, strict: 'ignore', trust: false });
    return true;
  } catch {
    element.replaceChildren();
    return false;
  }
};
