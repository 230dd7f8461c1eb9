import type { Expression } from './contract.ts';
import { strings } from './strings.ts';

/** How an expression is shown. `word` completes "looks …": an appearance, never a feeling. */
export interface ExpressionSign {
  readonly emoji: string;
  readonly word: string;
}

/** The sign of each of the eight expressions. */
export const expressionSigns: Readonly<Record<Expression, ExpressionSign>> = {
  anger: { emoji: '😠', word: strings.expressions.anger },
  contempt: { emoji: '🙁', word: strings.expressions.contempt },
  disgust: { emoji: '🤮', word: strings.expressions.disgust },
  fear: { emoji: '😨', word: strings.expressions.fear },
  happiness: { emoji: '😁', word: strings.expressions.happiness },
  neutral: { emoji: '😐', word: strings.expressions.neutral },
  sadness: { emoji: '😢', word: strings.expressions.sadness },
  surprise: { emoji: '😲', word: strings.expressions.surprise },
};
