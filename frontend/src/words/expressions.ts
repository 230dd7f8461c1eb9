import type { Expression } from '../wire/contract.ts';
import { strings } from './strings.ts';

const MAX_PERCENT = 99;

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

/** How sure a reading is, in percent: no reading is certain. */
export function percentOf(confidence: number): number {
  return Math.min(MAX_PERCENT, Math.round(confidence * 100));
}

function signOf(expression: Expression, emoji: string): ExpressionSign {
  return {
    emoji,
    get word() {
      return strings.expressions[expression];
    },
  };
}
