import type { Expression } from './contract.ts';
import { strings } from './strings.ts';

/** How an expression is shown. `word` completes "looks …": an appearance, never a feeling. */
export interface ExpressionSign {
  readonly emoji: string;
  readonly word: string;
}

/** The sign of each of the eight expressions. */
export const expressionSigns: Readonly<Record<Expression, ExpressionSign>> = {
  anger: signOf('anger', '😠'),
  contempt: signOf('contempt', '🙁'),
  disgust: signOf('disgust', '🤮'),
  fear: signOf('fear', '😨'),
  happiness: signOf('happiness', '😁'),
  neutral: signOf('neutral', '😐'),
  sadness: signOf('sadness', '😢'),
  surprise: signOf('surprise', '😲'),
};

function signOf(expression: Expression, emoji: string): ExpressionSign {
  return {
    emoji,
    get word() {
      return strings.expressions[expression];
    },
  };
}
